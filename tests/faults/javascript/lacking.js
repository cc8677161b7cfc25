// Asks for what a flavor does not have.

/** What each tag asks for. */
export const lacking = {
  'network-fetch': () => fetch('https://registry.example.com/'), // network-fetch
  'network-socket': () => new WebSocket('wss://registry.example.com/'), // network-socket
  environment: () => process.env.MODE, // environment
  waiting: () => setTimeout(() => {}, 1000), // waiting
  'waiting-repeatedly': () => setInterval(() => {}, 1000), // waiting-repeatedly
  // @ts-expect-error Node.js has it in a module.
  threads: () => new Worker('worker.js'), // threads
  randomness: () => crypto.randomUUID(), // randomness
  others: () => Buffer.from('a'), // others
};
