/**
 * Loaded into each service before its own code (`node --import`): ends it, in its own orderly way, when `npm start` is
 * gone without having said so, as after SIGKILL. The channel to it closes then.
 */
const killAfterMs = 10_000;

process.on('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), killAfterMs).unref();
});
// Waiting for that must not keep a service alive that is done.
process.channel?.unref();
