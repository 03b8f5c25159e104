import {
  CreateWorkteamCommand,
  DescribeWorkteamCommand,
  type SageMakerClient,
  type Workteam,
} from '@aws-sdk/client-sagemaker'
import { SkyloopError } from '../../core/errors.ts'

/** Members of a new team: a group of an identity provider, or of a Cognito user pool. */
export type TeamMembers =
  | { readonly groups: readonly string[] }
  | { readonly userPool: string; readonly userGroup: string; readonly clientId: string }

async function findTeam(sagemaker: SageMakerClient, name: string): Promise<Workteam | undefined> {
  try {
    return (await sagemaker.send(new DescribeWorkteamCommand({ WorkteamName: name }))).Workteam
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationException') return undefined
    throw error
  }
}

/** @throws SkyloopError `label.no-team` */
async function requireTeam(sagemaker: SageMakerClient, name: string): Promise<Workteam> {
  const team = await findTeam(sagemaker, name)
  if (team) return team
  throw new SkyloopError({
    code: 'label.no-team',
    message: `there is no work team ${name}`,
    hint: `make it: skyloop label team ${name}`,
  })
}

/** Makes a private team unless there is one of this name. */
export async function ensureTeam(
  sagemaker: SageMakerClient,
  name: string,
  members: TeamMembers = { groups: [name] },
): Promise<{ readonly team: Workteam; readonly isNew: boolean }> {
  const found = await findTeam(sagemaker, name)
  if (found) return { team: found, isNew: false }
  const definition =
    'groups' in members
      ? { OidcMemberDefinition: { Groups: [...members.groups] } }
      : {
          CognitoMemberDefinition: {
            UserPool: members.userPool,
            UserGroup: members.userGroup,
            ClientId: members.clientId,
          },
        }
  await sagemaker.send(
    new CreateWorkteamCommand({
      WorkteamName: name,
      Description: 'Labels images for Skyloop',
      MemberDefinitions: [definition],
    }),
  )
  return { team: await requireTeam(sagemaker, name), isNew: true }
}
