import { defineCommand } from '../../command.ts'
import { keyValue } from '../../option-values.ts'
import { formatFacts } from '../../terminal/table.ts'

interface Options {
  readonly data?: string
  readonly param?: Readonly<Record<string, string>>
  readonly pipeline?: string
}

export const enable = defineCommand<Options>({
  name: 'enable',
  summary: 'on violations of an endpoint, alert and start a retraining',
  description:
    'Puts an event rule: when a monitoring run over the endpoint finds violations, the alert topic is told and the\n' +
    'pipeline is started with the given parameters. Replaces the rule that was there before.',
  arguments: [['<endpoint>', 'endpoint name']],
  options: [
    { flags: '--data <s3-uri>', description: 'raw data set that a retraining takes, same as --param InputData=...' },
    {
      flags: '--param <key=value>',
      description: 'parameter of the pipeline, as often as wanted; `$.detail...` is read from the event',
      parse: keyValue('--param'),
    },
    { flags: '--pipeline <name>', description: 'pipeline to start (default: skyloop-detection)' },
  ],
  examples: [
    ['monitor enable skyloop-production --data s3://skyloop-000000000000-us-east-1/data/flights', 'retrain on it'],
  ],
  run: async (context, options, [endpoint]) => {
    const { enableRetraining } = await import('../../retraining-rule.ts')
    const { ensureAlertTopic } = await import('../../bootstrap.ts')
    const account = await context.account()
    const topicArn = await ensureAlertTopic(account)
    const ruleArn = await enableRetraining(account, {
      endpointName: endpoint as string,
      pipeline: options.pipeline ?? account.names.pipeline,
      topicArn,
      parameters: { ...options.param, ...(options.data === undefined ? {} : { InputData: options.data }) },
    })
    return { value: { ruleArn, topicArn, endpoint }, text: formatFacts({ rule: ruleArn, alerts: topicArn }) }
  },
})
