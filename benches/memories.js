// Put before a program: every memory that WebAssembly gets in its scope joins `memories`. Memories never shrink,
// so what they hold is the most they have held.
globalThis.memories = new Set();
{
  const { Memory, instantiate, instantiateStreaming } = WebAssembly;
  WebAssembly.Memory = new Proxy(Memory, {
    construct(target, args) {
      const memory = new target(...args);
      memories.add(memory);
      return memory;
    },
  });
  const exported = (result) => {
    for (const value of Object.values((result.instance ?? result).exports ?? {})) if (value instanceof Memory) memories.add(value);
    return result;
  };
  WebAssembly.instantiate = async (...args) => exported(await instantiate(...args));
  WebAssembly.instantiateStreaming = async (...args) => exported(await instantiateStreaming(...args));
}
globalThis.memoryBytes = () => [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
