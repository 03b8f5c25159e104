"""What the tests share: clients, a role for jobs, waiting."""

import json
import time

import boto3

ACCOUNT = "000000000000"
IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/skyloop-node:latest"
ROLE_NAME = "InteropJobs"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/{ROLE_NAME}"


def policy(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str, resource: str = "*") -> dict:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def trust(principal: dict) -> str:
    return policy({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


def make_job_role() -> None:
    """A role that jobs may act as and that may do everything; made once."""
    iam = boto3.client("iam")
    try:
        iam.create_role(RoleName=ROLE_NAME, AssumeRolePolicyDocument=trust({"Service": "sagemaker.amazonaws.com"}))
    except iam.exceptions.EntityAlreadyExistsException:
        return
    iam.put_role_policy(RoleName=ROLE_NAME, PolicyName="all", PolicyDocument=policy(allow("*")))


def until(ask, seconds: float = 30):
    """Asks until the answer is true, and gives it back."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen in time")
        time.sleep(0.1)
