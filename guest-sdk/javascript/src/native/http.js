import { answer } from './answers.js';

export const send = (request) => answer('send', request);
