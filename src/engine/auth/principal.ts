/** Who makes a call, after its signature has been verified. */
export type Principal =
  | { readonly kind: 'root'; readonly accountId: string; readonly arn: string }
  | { readonly kind: 'user'; readonly accountId: string; readonly arn: string; readonly userName: string }
  | {
      readonly kind: 'assumed-role'
      readonly accountId: string
      /** `arn:aws:sts::<account>:assumed-role/<role>/<session>` */
      readonly arn: string
      readonly roleArn: string
      readonly roleName: string
      readonly sessionName: string
      /** Inline session policy document (JSON) passed to AssumeRole, if any. */
      readonly sessionPolicy?: string
    }
