import type { TaskKind } from '../tasks/task-source.ts'

export interface TemplateText {
  readonly title: string
  /** Guidelines for workers, plain text; blank lines part paragraphs. */
  readonly instructions: string
  /** Attribute whose boxes are shown; adjustment and verification only. */
  readonly priorAttribute?: string
}

/**
 * The page that Ground Truth shows to a worker, in its template language (Liquid and crowd elements).
 *
 * @source developer guide, "sms-bounding-box", "sms-verification-data"
 */
export function uiTemplate(kind: TaskKind, text: TemplateText): string {
  const prior = text.priorAttribute ?? ''
  const guide = `    <full-instructions header="${escapeHtml(text.title)}">${paragraphs(text.instructions)}</full-instructions>
    <short-instructions>${paragraphs(text.instructions)}</short-instructions>`
  const boxes = `[
      {% for box in task.input.manifestLine.${prior}.annotations %}
        {% capture class_id %}{{ box.class_id }}{% endcapture %}
        {% assign label = task.input.manifestLine.${prior}-metadata.class-map[class_id] %}
        { "label": {{ label | to_json }}, "left": {{ box.left }}, "top": {{ box.top }}, "width": {{ box.width }}, "height": {{ box.height }} },
      {% endfor %}
    ]`
  const body =
    kind === 'verification'
      ? `  <crowd-image-classifier name="annotatedResult" src="{{ task.input.taskObject | grant_read_access }}"
    header="${escapeHtml(text.title)}" categories="{{ task.input.labels | to_json | escape }}"
    overlay='{ "boundingBox": { "value": ${boxes} } }'>
${guide}
  </crowd-image-classifier>
  <crowd-text-area name="comment" label="What is wrong?"></crowd-text-area>`
      : `  <crowd-bounding-box name="annotatedResult" src="{{ task.input.taskObject | grant_read_access }}"
    header="${escapeHtml(text.title)}" labels="{{ task.input.labels | to_json | escape }}"${kind === 'adjustment' ? `\n    initial-value="${boxes.replaceAll('"', "'")}"` : ''}>
${guide}
  </crowd-bounding-box>`
  return `<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>\n<crowd-form>\n${body}\n</crowd-form>\n`
}

function paragraphs(text: string): string {
  const parts = text
    .split(/\n{2,}/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
  return parts.map((part) => `<p>${escapeHtml(part).replaceAll('\n', '<br>')}</p>`).join('')
}

/** For text and attributes; braces too, as `{{` begins an expression of the template language. */
function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
    '{': '&#123;',
    '}': '&#125;',
  }
  return text.replace(/[&<>"'{}]/g, (character) => names[character] ?? character)
}
