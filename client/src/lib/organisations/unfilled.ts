/** Something was left out of a form: what is said of it is said to the person as it is. */
export function unfilled(words: string): Error {
  const fault = new Error(words);
  fault.name = "Unfilled";
  return fault;
}
