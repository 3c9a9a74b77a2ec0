export const help: Readonly<Record<'start' | 'test' | 'attacks' | 'build' | 'check', string>>;
