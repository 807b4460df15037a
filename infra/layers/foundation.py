"""What all else needs: a key, a place for logs, somebody to tell."""

from dataclasses import dataclass

from infra.alarm_topic import AlarmTopic, AlarmTopicArgs
from infra.keys import Keys, KeysArgs
from infra.log_bucket import LogBucket, LogBucketArgs
from infra.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """What all else needs: a key, a place for logs, somebody to tell."""

    keys: Keys
    log_bucket: LogBucket
    alarm_topic: AlarmTopic


def lay_foundation(stack: Stack) -> Foundation:
    config, names = stack.config, stack.names
    keys = Keys(
        "keys",
        KeysArgs(
            names=names,
            account_id=config.account.id,
            region=config.account.region,
            protected=config.environment.protected,
            us_east_1=stack.providers.us_east_1,
        ),
        stack.home,
    )
    log_bucket = LogBucket(
        "logs",
        LogBucketArgs(
            names=names,
            account_id=config.account.id,
            region=config.account.region,
            days=config.logs.bucket_days,
            protected=config.environment.protected,
        ),
        stack.home,
    )
    alarm_topic = AlarmTopic(
        "alarms",
        AlarmTopicArgs(
            names=names,
            account_id=config.account.id,
            key_arn=keys.main_arn,
            email=config.alarms.email,
        ),
        stack.home,
    )
    return Foundation(keys=keys, log_bucket=log_bucket, alarm_topic=alarm_topic)
