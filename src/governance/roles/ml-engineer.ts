import { ROLE_NAMES, type ScopedArns } from '../account-scope.ts'
import { allow, allowPassRole, deny, policy } from '../policy-document.ts'
import type { RoleDefinition } from '../role-definition.ts'
import { trustAccount } from '../trust.ts'

/** Owns pipelines, registry, endpoints and monitors; changes nobody's access. */
export function mlEngineerRole(arns: ScopedArns): RoleDefinition {
  const owned = [
    'pipeline/*',
    'training-job/*',
    'processing-job/*',
    'transform-job/*',
    'hyper-parameter-tuning-job/*',
    'model/*',
    'endpoint/*',
    'endpoint-config/*',
    'model-package/*',
    'model-package-group/*',
    'monitoring-schedule/*',
    'data-quality-job-definition/*',
    'model-quality-job-definition/*',
    'model-bias-job-definition/*',
    'model-explainability-job-definition/*',
    'mlflow-tracking-server/*',
    'project/*',
  ]
  return {
    name: ROLE_NAMES.mlEngineer,
    description: 'Skyloop: runs pipelines, approves, deploys and watches',
    trust: trustAccount(arns.root),
    policies: {
      Operate: policy(
        allow(
          'UseData',
          [
            's3:GetObject',
            's3:GetObjectTagging',
            's3:PutObject',
            's3:DeleteObject',
            's3:AbortMultipartUpload',
            's3:ListMultipartUploadParts',
          ],
          [arns.s3Objects()],
        ),
        allow('ListData', ['s3:ListBucket', 's3:GetBucketLocation', 's3:ListBucketMultipartUploads'], [arns.s3Bucket]),
        allow(
          'OwnPipelinesRegistryEndpointsMonitors',
          [
            'sagemaker:Create*',
            'sagemaker:Update*',
            'sagemaker:Delete*',
            'sagemaker:Start*',
            'sagemaker:Stop*',
            'sagemaker:RetryPipelineExecution',
            'sagemaker:InvokeEndpoint*',
            'sagemaker:AddTags',
            'sagemaker:DeleteTags',
            'sagemaker-mlflow:*',
          ],
          owned.map((resource) => arns.sagemaker(resource)),
        ),
        allow('SeeWhatRuns', ['sagemaker:Describe*', 'sagemaker:List*', 'sagemaker:Search'], ['*']),
        allowPassRole(
          'JobsRunAsExecution',
          [arns.role('execution'), arns.role('experiment')],
          'sagemaker.amazonaws.com',
        ),
        allowPassRole('RulesStartPipelines', [arns.role('events')], 'events.amazonaws.com'),
      ),
      Watch: policy(
        allow(
          'ReadLogs',
          [
            'logs:DescribeLogGroups',
            'logs:DescribeLogStreams',
            'logs:GetLogEvents',
            'logs:FilterLogEvents',
            'logs:CreateLogGroup',
            'logs:PutRetentionPolicy',
          ],
          [arns.logGroup('*')],
        ),
        allow(
          'OwnRules',
          [
            'events:PutRule',
            'events:DeleteRule',
            'events:DescribeRule',
            'events:EnableRule',
            'events:DisableRule',
            'events:PutTargets',
            'events:RemoveTargets',
            'events:ListTargetsByRule',
            'events:ListRules',
            'events:TagResource',
            'events:UntagResource',
            'events:ListTagsForResource',
          ],
          [arns.events('rule/*')],
        ),
        allow('SendEvents', ['events:PutEvents'], [arns.events('event-bus/default')]),
        allow(
          'TryPatterns',
          ['events:TestEventPattern', 'cloudwatch:*', 'sns:ListTopics', 'sns:ListSubscriptions'],
          ['*'],
        ),
        allow(
          'OwnAlerts',
          [
            'sns:CreateTopic',
            'sns:Subscribe',
            'sns:Unsubscribe',
            'sns:Publish',
            'sns:GetTopicAttributes',
            'sns:SetTopicAttributes',
            'sns:GetSubscriptionAttributes',
            'sns:SetSubscriptionAttributes',
            'sns:ListSubscriptionsByTopic',
            'sns:TagResource',
            'sns:ListTagsForResource',
          ],
          [arns.sns('skyloop-*')],
        ),
        allow(
          'ProveAccess',
          ['iam:GetRole', 'iam:GetRolePolicy', 'iam:ListRolePolicies', 'iam:SimulatePrincipalPolicy'],
          [arns.role('dataScientist').replace(/SkyloopDataScientist$/, 'Skyloop*')],
        ),
      ),
      Limits: policy(
        deny(
          'NeverChangeAccess',
          [
            'iam:Create*',
            'iam:Put*',
            'iam:Attach*',
            'iam:Detach*',
            'iam:Delete*',
            'iam:Update*',
            's3:PutBucketPolicy',
            's3:DeleteBucket*',
          ],
          ['*'],
        ),
      ),
    },
  }
}
