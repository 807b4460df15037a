#!/bin/bash
# Makes a fresh Amazon Linux 2023 machine the way out of the private subnets.
#
# The private route tables point to a network interface that outlives the machine. Each new machine
# first proves that it reaches the internet, then takes over that interface and the public address,
# and reports itself ready. If anything fails, it says so and its Auto Scaling group tries another.
#
#   private subnets ──▶ inner (the lasting interface) ──▶ outer (the machine's own) ──▶ internet
#
# infra/nat_instance.py sets the variables below in front of this file.
set -Eeuo pipefail
: "${REGION:?}" "${GROUP:?}" "${HOOK:?}" "${INTERFACE_ID:?}" "${INTERFACE_MAC:?}"
: "${ALLOCATION_ID:?}" "${PRIVATE_CIDRS:?}" "${NAMESPACE:?}"

export AWS_DEFAULT_REGION="$REGION" AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=6 AWS_PAGER=""

say() { echo "nat: $*"; }

metadata() {
  local token
  token="$(curl -sSf -m 5 --retry 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' \
    http://169.254.169.254/latest/api/token)"
  curl -sSf -m 5 --retry 5 -H "X-aws-ec2-metadata-token: $token" \
    "http://169.254.169.254/latest/meta-data/$1"
}

report() {
  aws autoscaling complete-lifecycle-action --auto-scaling-group-name "$GROUP" \
    --lifecycle-hook-name "$HOOK" --instance-id "$instance" --lifecycle-action-result "$1"
}

give_up() {
  trap - ERR
  say "line $1 failed; another machine shall try"
  report ABANDON || say "and that could not be reported; the hook's time-out will tell"
  exit 1
}

device_with_mac() {
  local address
  for address in /sys/class/net/*/address; do
    if [[ "$(<"$address")" == "$1" ]]; then
      basename "$(dirname "$address")"
      return
    fi
  done
  return 1
}

wait_until() {
  local tries="$1"
  shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    if ((tries <= 0)); then
      say "waited in vain: $*"
      return 1
    fi
    sleep 1
  done
}

# The package manager alone needs more than the 512 MB that the smallest machines have
# (amazonlinux/amazon-linux-2023#404).
make_swap() {
  fallocate -l 512M /opt/nat/swap
  chmod 600 /opt/nat/swap
  mkswap /opt/nat/swap >/dev/null
  swapon /opt/nat/swap
}

has_address() { ip -4 -o address show dev "$1" | grep -q inet; }

take_over_interface() {
  local attachment
  attachment="$(aws ec2 describe-network-interfaces --network-interface-ids "$INTERFACE_ID" \
    --query 'NetworkInterfaces[0].Attachment.AttachmentId' --output text)"
  if [[ "$attachment" != None ]]; then
    say "taking $INTERFACE_ID from the machine before"
    aws ec2 detach-network-interface --attachment-id "$attachment" --force
    aws ec2 wait network-interface-available --network-interface-ids "$INTERFACE_ID"
  fi
  aws ec2 attach-network-interface --network-interface-id "$INTERFACE_ID" \
    --instance-id "$instance" --device-index 1
  wait_until 60 device_with_mac "$INTERFACE_MAC"
}

# --- The files that work from here on, also after a restart ---------------------------------------

write_files() {
  cat >/opt/nat/env <<FILE
INNER=$inner
OUTER=$outer
GATEWAY=$gateway
PRIVATE_CIDRS="$PRIVATE_CIDRS"
REGION=$REGION
GROUP=$GROUP
NAMESPACE=$NAMESPACE
FILE

  cat >/opt/nat/rules.nft <<FILE
table ip nat_instance {
  set private {
    type ipv4_addr
    flags interval
    elements = { ${PRIVATE_CIDRS// /, } }
  }
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    iif lo accept
    icmp type { echo-request, destination-unreachable, time-exceeded } accept
    udp sport 67 udp dport 68 accept comment "DHCP renews the addresses"
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "$inner" oifname "$outer" ip saddr @private ip daddr != @private accept
  }
  chain postrouting {
    type nat hook postrouting priority srcnat;
    oifname "$outer" ip saddr @private masquerade
  }
}
FILE

  cat >/opt/nat/apply <<'FILE'
#!/bin/bash
# Puts rules and routes in place where they are missing; forwards nothing before the rules stand.
set -euo pipefail
source /opt/nat/env
grep -q /opt/nat/swap /proc/swaps || swapon /opt/nat/swap
if ! nft list table ip nat_instance >/dev/null 2>&1; then
  nft -f /opt/nat/rules.nft
fi
# Answers leave by the lasting interface: there, AWS does not compare addresses with the machine's.
for cidr in $PRIVATE_CIDRS; do
  ip -4 route replace "$cidr" via "$GATEWAY" dev "$INNER"
done
for device in "$INNER" "$OUTER"; do
  sysctl -q -w "net.ipv4.conf.$device.rp_filter=2" "net.ipv4.conf.$device.send_redirects=0"
done
# The kernel sizes its table of connections by memory, and this machine has little.
limit=/proc/sys/net/netfilter/nf_conntrack_max
if (($(<"$limit") < 65536)); then
  echo 16384 >/sys/module/nf_conntrack/parameters/hashsize
  echo 65536 >"$limit"
fi
sysctl -q -w net.ipv4.ip_forward=1
FILE

  cat >/opt/nat/watch <<'FILE'
#!/bin/bash
# Once a minute: mend what is missing, look whether the internet answers, and say so to CloudWatch.
set -uo pipefail
source /opt/nat/env
/opt/nat/apply
egress=0
if curl -s -o /dev/null -m 10 --retry 1 "https://sts.$REGION.amazonaws.com/"; then egress=1; fi
count=$(</proc/sys/net/netfilter/nf_conntrack_count)
most=$(</proc/sys/net/netfilter/nf_conntrack_max)
aws cloudwatch put-metric-data --region "$REGION" --namespace "$NAMESPACE" --metric-data \
  "MetricName=Egress,Value=$egress,Dimensions=[{Name=Group,Value=$GROUP}]" \
  "MetricName=ConntrackPercent,Unit=Percent,Value=$((100 * count / most)),Dimensions=[{Name=Group,Value=$GROUP}]"
FILE
  chmod 755 /opt/nat/apply /opt/nat/watch

  cat >/etc/systemd/system/nat-watch.service <<'FILE'
[Unit]
Description=The way out of the private subnets: mend, probe, report
After=network-online.target
[Service]
Type=oneshot
ExecStart=/opt/nat/watch
FILE
  cat >/etc/systemd/system/nat-watch.timer <<'FILE'
[Unit]
Description=Watches over the way out of the private subnets
[Timer]
OnBootSec=5
OnUnitActiveSec=60
AccuracySec=1
[Install]
WantedBy=timers.target
FILE
}

# --- What happens at the first start ---------------------------------------------------------------

instance="$(metadata instance-id)"
trap 'give_up $LINENO' ERR

read -r _ _ gateway _ outer _ < <(ip -4 -o route get 198.51.100.1)
say "$instance: reaching the internet by $outer, gateway $gateway"
mkdir -p /opt/nat
make_swap
dnf install --quiet --assumeyes nftables
curl -sS -o /dev/null -m 10 --retry 5 --retry-all-errors "https://sts.$REGION.amazonaws.com/"

take_over_interface
inner="$(device_with_mac "$INTERFACE_MAC")"
wait_until 60 has_address "$inner"
own="$(metadata "network/interfaces/macs/$(<"/sys/class/net/$outer/address")/interface-id")"
aws ec2 associate-address --allocation-id "$ALLOCATION_ID" --network-interface-id "$own" \
  --allow-reassociation

write_files
/opt/nat/apply
systemctl daemon-reload
systemctl enable --now nat-watch.timer
curl -sS -o /dev/null -m 10 --retry 10 --retry-all-errors "https://sts.$REGION.amazonaws.com/"

report CONTINUE
say "private subnets $PRIVATE_CIDRS leave by $inner and $outer"
