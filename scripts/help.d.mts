export const help: Readonly<Record<'start' | 'dev' | 'test' | 'attacks' | 'build' | 'check', string>>;
