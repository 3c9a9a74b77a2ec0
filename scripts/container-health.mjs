/** The health check of the container image: whichever service runs in here says that it is ready. */
const ports = [
  process.env.PORT ?? 4000,
  process.env.USER_PORT ?? 4001,
  process.env.PRODUCT_PORT ?? 4002,
  process.env.ORDER_PORT ?? 4003,
];

const isReady = async (port) => {
  const signal = AbortSignal.timeout(2_500);
  const { ok } = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal });
  if (!ok) throw new Error('not ready');
};

Promise.any(ports.map(isReady)).then(
  () => process.exit(0),
  () => process.exit(1),
);
