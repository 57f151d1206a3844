// A helper of the processor's crew: the same module over the same memory as the worker that leads.
// Sleeps on a word of that memory and works along whenever it has changed.
onmessage = async ({ data: { module, memory, number, stack, bell } }) => {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory }, headway: { ring() {} } });
  exports.__stack_pointer.value = stack;
  const words = new Int32Array(memory.buffer);
  postMessage("here");
  for (let seen = 0; ; ) {
    const heard = Atomics.load(words, bell);
    try {
      seen = exports.help(number, seen);
    } catch (trap) {
      // Else who leads would wait for it for ever.
      exports.break_off();
      throw trap;
    }
    Atomics.wait(words, bell, heard);
  }
};
