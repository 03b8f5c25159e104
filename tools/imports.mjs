// `npm run depcruise`: the import directions of the house.
// dependency-cruiser reads TypeScript through swc (TypeScript 7 has no JavaScript API), whose visitor does not know
// `using` declarations yet; they declare variables and are visited as such.
import { createRequire } from 'node:module'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { root } from '../bin/install.js'

const require = createRequire(import.meta.url)
const { Visitor } = require('@swc/core/Visitor.js')
const { value: visitStatement } = Object.getOwnPropertyDescriptor(Visitor.prototype, 'visitStatement')
Visitor.prototype.visitStatement = function (statement) {
  if (statement.type !== 'UsingDeclaration') return visitStatement.call(this, statement)
  for (const { init } of statement.decls) if (init) this.visitExpression(init)
  return statement
}

const { cruise, format } = await import('dependency-cruiser')
const { default: configuration } = await import(pathToFileURL(`${root}/.dependency-cruiser.cjs`).href)
const { output } = await cruise(['src'], {
  ...configuration.options,
  baseDir: root,
  validate: true,
  ruleSet: { forbidden: configuration.forbidden },
})
const report = await format(output, { outputType: 'err' })
process.stdout.write(report.output)
const { totalCruised, error } = output.summary
if (totalCruised < 100) {
  console.error(`only ${totalCruised} modules were read: the parser does not understand the sources`)
  process.exit(1)
}
process.exit(error > 0 ? 1 : 0)
