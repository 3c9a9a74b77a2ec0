/** Says where this process listens, and ends it with the process that has started it. */
export function ready(port) {
  console.log(`ready ${port}`);
  process.on('SIGTERM', () => process.exit(0));
  process.on('disconnect', () => process.exit(0));
}
