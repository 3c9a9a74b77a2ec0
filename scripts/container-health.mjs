/** The health check of the container image: the service that runs in it is ready. */
const ports = [
  portOf(process.env.PORT, 4000),
  portOf(process.env.USER_PORT, 4001),
  portOf(process.env.PRODUCT_PORT, 4002),
  portOf(process.env.ORDER_PORT, 4003),
];

/** As the service reads it: without spaces and quotes around it, and preset where nothing is left. */
function portOf(given, preset) {
  return given?.replace(/[\s"']/g, '') || preset;
}

const isReady = async (port) => {
  const signal = AbortSignal.timeout(2_500);
  const { ok } = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal });
  if (!ok) throw new Error('not ready');
};

Promise.any(ports.map(isReady)).then(
  () => process.exit(0),
  () => process.exit(1),
);
