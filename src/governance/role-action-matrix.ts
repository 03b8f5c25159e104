import { scopedArns, type AccountScope, type RoleKey } from './account-scope.ts'

/** One question of the matrix: may this role do that? */
export interface AccessExpectation {
  readonly role: RoleKey
  /** What it means to a person, e.g. `approve a model`. */
  readonly what: string
  readonly action: string
  readonly resource: string
  readonly expected: 'allowed' | 'denied'
  /** Condition keys of the request. */
  readonly context?: Readonly<Record<string, string>>
}

type Verdicts = Readonly<Partial<Record<RoleKey, 'allowed' | 'denied'>>>

interface Row {
  readonly what: string
  readonly action: string
  readonly resource: string
  readonly context?: Readonly<Record<string, string>>
  readonly verdicts: Verdicts
}

/** Who may do what, as the product promises it. Rows are actions, columns are roles. */
export function roleActionMatrix(scope: AccountScope): AccessExpectation[] {
  const arns = scopedArns(scope)
  const toSagemaker = { 'iam:PassedToService': 'sagemaker.amazonaws.com' }
  const row = (what: string, action: string, resource: string, verdicts: Verdicts, context?: Row['context']): Row => ({
    what,
    action,
    resource,
    verdicts,
    ...(context ? { context } : {}),
  })
  const people = (dataScientist: 'allowed' | 'denied', mlEngineer: 'allowed' | 'denied') => ({
    dataScientist,
    mlEngineer,
  })
  const rows: Row[] = [
    row('read raw data', 's3:GetObject', arns.s3Objects('data/frame.jpg'), {
      ...people('allowed', 'allowed'),
      execution: 'allowed',
      experiment: 'allowed',
      events: 'denied',
    }),
    row('list data', 's3:ListBucket', arns.s3Bucket, people('allowed', 'allowed')),
    row('change raw data', 's3:PutObject', arns.s3Objects('data/frame.jpg'), {
      ...people('denied', 'allowed'),
      experiment: 'denied',
    }),
    row('write an experiment', 's3:PutObject', arns.s3Objects('experiments/a.json'), {
      ...people('allowed', 'allowed'),
      experiment: 'allowed',
    }),
    row(
      'run an experiment',
      'sagemaker:CreateTrainingJob',
      arns.sagemaker('training-job/experiment-1'),
      people('allowed', 'allowed'),
    ),
    row(
      'tune the hyperparameters of an experiment',
      'sagemaker:CreateHyperParameterTuningJob',
      arns.sagemaker('hyper-parameter-tuning-job/experiment-1'),
      { ...people('allowed', 'allowed'), execution: 'allowed', experiment: 'denied' },
    ),
    row(
      'stop what others tune',
      'sagemaker:StopHyperParameterTuningJob',
      arns.sagemaker('hyper-parameter-tuning-job/nightly'),
      people('denied', 'allowed'),
    ),
    row(
      'run an experiment as the experiment role',
      'iam:PassRole',
      arns.role('experiment'),
      people('allowed', 'allowed'),
      toSagemaker,
    ),
    row(
      'run jobs as the execution role',
      'iam:PassRole',
      arns.role('execution'),
      {
        ...people('denied', 'allowed'),
        execution: 'allowed',
        experiment: 'denied',
      },
      toSagemaker,
    ),
    row('label', 'sagemaker:CreateLabelingJob', arns.sagemaker('labeling-job/a'), { dataScientist: 'allowed' }),
    row('let workers in to a team', 'sagemaker:UpdateWorkteam', arns.sagemaker('workteam/private-crowd/a'), {
      dataScientist: 'allowed',
      execution: 'denied',
      experiment: 'denied',
    }),
    row('define a pipeline', 'sagemaker:CreatePipeline', arns.sagemaker('pipeline/a'), people('denied', 'allowed')),
    row('run a pipeline', 'sagemaker:StartPipelineExecution', arns.sagemaker('pipeline/a'), {
      ...people('denied', 'allowed'),
      events: 'allowed',
      experiment: 'denied',
    }),
    row('read the registry', 'sagemaker:DescribeModelPackage', arns.sagemaker('model-package/g/1'), {
      ...people('allowed', 'allowed'),
      execution: 'allowed',
    }),
    row('register a model', 'sagemaker:CreateModelPackage', arns.sagemaker('model-package/g/1'), {
      ...people('denied', 'allowed'),
      execution: 'allowed',
      experiment: 'denied',
    }),
    row('approve a model', 'sagemaker:UpdateModelPackage', arns.sagemaker('model-package/g/1'), {
      ...people('denied', 'allowed'),
      execution: 'denied',
      experiment: 'denied',
      events: 'denied',
    }),
    row('deploy to staging', 'sagemaker:CreateEndpoint', arns.sagemaker('endpoint/skyloop-staging'), {
      ...people('denied', 'allowed'),
      execution: 'allowed',
    }),
    row('deploy to production', 'sagemaker:UpdateEndpoint', arns.sagemaker('endpoint/skyloop-production'), {
      ...people('denied', 'allowed'),
      execution: 'denied',
      experiment: 'denied',
    }),
    row('delete production', 'sagemaker:DeleteEndpoint', arns.sagemaker('endpoint/skyloop-production'), {
      ...people('denied', 'allowed'),
      execution: 'denied',
    }),
    row(
      'call production',
      'sagemaker:InvokeEndpoint',
      arns.sagemaker('endpoint/skyloop-production'),
      people('denied', 'allowed'),
    ),
    row('set up an alert rule', 'events:PutRule', arns.events('rule/skyloop-a'), people('denied', 'allowed')),
    row('report violations', 'events:PutEvents', arns.events('event-bus/default'), {
      execution: 'allowed',
      experiment: 'denied',
    }),
    row('subscribe to alerts', 'sns:Subscribe', arns.sns('skyloop-alerts'), people('denied', 'allowed')),
    row(
      'read job logs',
      'logs:GetLogEvents',
      `${arns.logGroup('/aws/sagemaker/TrainingJobs')}:log-stream:a`,
      people('allowed', 'allowed'),
    ),
    row('change a role', 'iam:PutRolePolicy', arns.role('execution'), {
      ...people('denied', 'denied'),
      execution: 'denied',
    }),
  ]
  return rows.flatMap(({ verdicts, ...question }) =>
    Object.entries(verdicts).map(([role, expected]) => ({ ...question, role: role as RoleKey, expected })),
  )
}
