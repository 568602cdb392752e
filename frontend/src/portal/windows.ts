/**
 * Pressing a window holds it at once. The arrow keys only walk through the group:
 * whoever uses them presses Enter, or the button that shows on focus.
 */
export function holdOnPress(form: HTMLFormElement): void {
  let pressed = false;
  form.addEventListener("pointerdown", () => (pressed = true));
  form.addEventListener("keydown", () => (pressed = false));
  form.addEventListener("change", () => {
    if (pressed) form.requestSubmit();
  });
}
