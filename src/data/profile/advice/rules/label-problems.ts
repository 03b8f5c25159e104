import { describeIssue, LABEL_ISSUES, type LabelIssueKind } from '../../../formats/label-issue.ts'
import { count, listNames } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Label lines that are dropped or changed when they are read. */
export const labelProblems: Rule = ({ labels, images }) => {
  if (!labels) return undefined
  const { report } = labels
  const acted = report.examples.filter(({ outcome }) => outcome === 'dropped' || outcome === 'changed')
  const concerned = images.filter(({ labels: own }) => (own?.dropped ?? 0) + (own?.changed ?? 0) > 0)
  if (concerned.length === 0) return undefined
  const changed = images.reduce((sum, { labels: own }) => sum + (own?.changed ?? 0), 0)
  const kinds = [...new Set(acted.map(({ kind }) => kind))]
  return {
    severity: report.dropped > 0 ? 'fix' : 'note',
    title: `${count(report.dropped, 'label line')} dropped and ${changed} changed, of ${report.lines}`,
    action: `Correct them: ${acted.slice(0, 3).map(describeIssue).join('; ')}${acted.length > 3 ? '; …' : ''}. \`skyloop data check\` names all.`,
    why: `${listNames(
      kinds.map((kind: LabelIssueKind) => `${report.counts[kind] ?? 0} × ${LABEL_ISSUES[kind]}`),
      4,
    )}. What is dropped is not learnt, and what is wrong for a person is wrong for the model.`,
    images: concerned.map(({ path }) => path),
    values: { lines: report.lines, dropped: report.dropped, changed },
  }
}
