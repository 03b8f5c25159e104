/** Policies that AWS itself provides in every account, as far as the engine knows them. */
export interface AwsManagedPolicy {
  readonly name: string
  readonly path: string
  readonly description: string
  readonly document: string
}

const allow = (...actions: readonly string[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] })

const POLICIES: readonly AwsManagedPolicy[] = [
  {
    name: 'AdministratorAccess',
    path: '/',
    description: 'Provides full access to AWS services and resources.',
    document: allow('*'),
  },
  {
    name: 'AmazonS3FullAccess',
    path: '/',
    description: 'Provides full access to all buckets.',
    document: allow('s3:*'),
  },
  {
    name: 'AmazonS3ReadOnlyAccess',
    path: '/',
    description: 'Provides read only access to all buckets.',
    document: allow('s3:Get*', 's3:List*', 's3:Describe*'),
  },
  {
    name: 'AmazonSNSFullAccess',
    path: '/',
    description: 'Provides full access to Amazon SNS.',
    document: allow('sns:*'),
  },
  {
    name: 'AmazonEventBridgeFullAccess',
    path: '/',
    description: 'Provides full access to Amazon EventBridge.',
    document: allow('events:*', 'schemas:*', 'scheduler:*'),
  },
  {
    name: 'CloudWatchLogsFullAccess',
    path: '/',
    description: 'Provides full access to CloudWatch Logs.',
    document: allow('logs:*'),
  },
  { name: 'IAMFullAccess', path: '/', description: 'Provides full access to IAM.', document: allow('iam:*') },
  {
    name: 'IAMReadOnlyAccess',
    path: '/',
    description: 'Provides read only access to IAM.',
    document: allow('iam:Get*', 'iam:List*', 'iam:Simulate*'),
  },
]

/** By ARN. Documents are simpler than AWS's own where those also name services that the engine does not have. */
export const AWS_MANAGED_POLICIES: ReadonlyMap<string, AwsManagedPolicy> = new Map(
  POLICIES.map((policy) => [`arn:aws:iam::aws:policy${policy.path}${policy.name}`, policy]),
)
