import { findExecutable } from '../stores/find-server.ts';
import { install } from '../stores/install-servers.ts';
import { settingOf } from '../../platform/config/environment.ts';

const USUAL_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ON_A_MAC = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * Chromium for the tests of the pages: what `CHROMIUM` names, or the first on this machine; as root with apt-get it is
 * installed when there is none, and the log says so.
 *
 * @throws {Error} one sentence, when it can be neither found nor installed
 */
export async function findChromium(log: (line: string) => void = () => undefined): Promise<string> {
  const wanted = settingOf('CHROMIUM');
  if (wanted) {
    const path = findExecutable([wanted]);
    if (!path) throw new Error(`CHROMIUM names ${wanted}, which is not an executable here.`);
    return path;
  }
  const found = findExecutable([...USUAL_NAMES, ...ON_A_MAC]);
  if (found) return found;

  const aptGet = findExecutable(['apt-get']);
  const failure =
    process.getuid?.() === 0 && aptGet
      ? await install(aptGet, [['chromium'], ['chromium-browser']], log)
      : 'it is not installed.';
  const installed = findExecutable(USUAL_NAMES);
  if (installed) return installed;
  throw new Error(
    `No Chromium was found: install one (\`sudo apt-get install chromium\`, \`brew install --cask chromium\`) or name it by CHROMIUM; ${failure}`,
  );
}
