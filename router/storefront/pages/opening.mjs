import { clockFace } from './countdown.mjs';
import { $, setText } from './elements.mjs';
import { say } from './language.mjs';

/** The opening is an event: the sun rises towards it, the title counts down, and it is read out. */
const LAST_SECONDS_MS = 10_000;
const A_DAY_S = 86_400;
/** How long the page celebrates, in milliseconds; `sale.css` has the same length. */
const CELEBRATION_MS = 4_000;
const MILESTONES = [
  { ms: LAST_SECONDS_MS, word: 'announce.tenSeconds' },
  { ms: 60_000, word: 'announce.minute' },
];

let shown = { status: null, milestone: null };

/** @param left milliseconds to the opening or the end of the sale, null where there is none or the time is not known */
export function showOpening(name, status, left) {
  const isUpcoming = status === 'UPCOMING' && left !== null;
  const milestone = isUpcoming ? MILESTONES.find(({ ms }) => left <= ms) : undefined;
  if (status !== shown.status) {
    // What is there already when the page is opened is on the page to be read.
    if (shown.status)
      setText('announcer', say(`announce.${status}`, { time: left === null ? '' : clockFace(left) }));
    if (shown.status === 'UPCOMING' && status === 'OPEN') celebrate();
  } else if (milestone && milestone !== shown.milestone) {
    setText('announcer', say('announce.UPCOMING', { time: say(milestone.word) }));
  }
  shown = { status, milestone };

  const scene = $('sale');
  scene.toggleAttribute('data-last-seconds', isUpcoming && left <= LAST_SECONDS_MS);
  scene.style.setProperty('--rise', String(status === 'UPCOMING' ? riseOf(left) : status === 'OPEN' ? 1 : 0));
  const lead = isUpcoming && left < A_DAY_S * 1_000 ? clockFace(left) : say(`status.${status}`);
  const title = `${lead} · ${name}`;
  if (document.title !== title) document.title = title;
}

/** From 0, a day before the opening, to 0.8; most of it in the last minutes. */
const riseOf = (left) =>
  left === null ? 0 : 0.8 * Math.max(0, 1 - Math.log(1 + left / 1_000) / Math.log(1 + A_DAY_S));

function celebrate() {
  $('sale').toggleAttribute('data-just-opened', true);
  setTimeout(() => $('sale').toggleAttribute('data-just-opened', false), CELEBRATION_MS);
}
