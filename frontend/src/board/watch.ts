// Follow a media query; what comes back ends it.

export function watch(query: string, tell: (matches: boolean) => void): () => void {
  const list = matchMedia(query);
  const told = (): void => { tell(list.matches); };
  told();
  list.addEventListener("change", told);
  return () => { list.removeEventListener("change", told); };
}
