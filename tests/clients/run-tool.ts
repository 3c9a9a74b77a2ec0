import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/**
 * Runs a tool of this folder's packages by its script.
 *
 * @throws with all that it printed when it fails
 */
export async function runTool(script: string, args: readonly string[], cwd = HERE): Promise<string> {
  const command = [fileURLToPath(new URL(`node_modules/${script}`, import.meta.url)), ...args];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, command, { cwd });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${script} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}
