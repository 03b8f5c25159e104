import { defineCommand } from '../../command.ts'
import { formatFacts, formatTable } from '../../terminal/table.ts'

export const team = defineCommand({
  name: 'team',
  summary: 'make or show private work teams',
  description:
    'Without a name lists the teams. With one shows it, and makes it first when it is missing. Workers of a team on the\n' +
    'local engine come in by `skyloop label serve`; on AWS by the page whose address is shown.',
  arguments: [['[name]', 'letters, digits and hyphens']],
  examples: [
    ['label team', 'all teams'],
    ['label team surveyors', 'made when missing'],
  ],
  run: async (context, _options, [name]) => {
    const { clients } = await context.account()
    const sagemaker = await clients.sagemaker()
    if (name === undefined) {
      const { paginateListWorkteams } = await import('@aws-sdk/client-sagemaker')
      const teams = []
      for await (const { Workteams = [] } of paginateListWorkteams({ client: sagemaker }, {})) {
        for (const { WorkteamName = '', WorkteamArn = '', SubDomain = '' } of Workteams) {
          teams.push({ name: WorkteamName, arn: WorkteamArn, portal: SubDomain })
        }
      }
      const rows = teams.map((one) => [one.name, one.portal])
      return { value: { teams }, text: formatTable(['team', 'portal'], rows) }
    }
    const { ensureTeam } = await import('../../../label/job/work-team.ts')
    const found = await ensureTeam(sagemaker, name)
    const { WorkteamArn = '', SubDomain = '' } = found.team
    const value = { name, arn: WorkteamArn, portal: SubDomain, made: found.isNew }
    return {
      value,
      text: formatFacts({ team: name, arn: WorkteamArn, portal: SubDomain, made: found.isNew ? 'now' : 'before' }),
    }
  },
})
