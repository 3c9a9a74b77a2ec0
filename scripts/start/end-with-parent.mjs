/**
 * Loaded into each service before its own code (`node --import`): stops it gracefully when `npm start` has
 * ended without stopping it, as after SIGKILL. The channel to it closes then.
 */
const killAfterMs = 10_000;

process.on('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), killAfterMs).unref();
});
// Waiting for that must not keep a service alive that is done.
process.channel?.unref();
