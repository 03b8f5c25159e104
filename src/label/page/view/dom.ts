type Child = Node | string | undefined

interface Attributes {
  readonly class?: string
  readonly id?: string
  readonly title?: string
  readonly role?: string
  readonly type?: string
  readonly [aria: `aria-${string}`]: string
  readonly [data: `data-${string}`]: string
}

/** Makes an element; text is always text, never markup. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value as string)
  for (const child of children) if (child !== undefined) element.append(child)
  return element
}

/** A button that says by which key it can be reached. */
export function button(
  text: string,
  key: string | undefined,
  act: () => void,
  attributes: Attributes = {},
): HTMLButtonElement {
  const made = el('button', { type: 'button', ...attributes }, text, key === undefined ? undefined : el('kbd', {}, key))
  made.addEventListener('click', () => {
    // The keys belong to the image again, and Enter does not press the button a second time.
    made.blur()
    act()
  })
  return made
}

/** An element of the page's own markup. @throws Error when it is not there or is something else */
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`)
  return found
}
