#!/usr/bin/env bash
# What docker/release.py asks of a Kubernetes cluster. TO is the overlay, and the namespace. KUBE_CONFIG is the content of
# a kubeconfig whose user asks its cloud for a token; without it kubectl knows what it knows here. PIPELINES_IMAGE is what
# scores at night; without it that stays as it is.
#   target.sh current             the image that serves
#   target.sh canary IMAGE SHARE  starts it; it takes SHARE per cent of the requests
#   target.sh all IMAGE           it takes all
#   target.sh undo IMAGE          all is as before: IMAGE serves, and there is no canary
#   target.sh reach CANARY PORT   leads from PORT here to the canary (SERVE: to the service) until it is ended
set -euo pipefail
private=$(mktemp --directory)
trap 'rm -rf "$private"' EXIT
if [[ -n ${KUBE_CONFIG:-} ]]; then
    (umask 077 && printf '%s\n' "$KUBE_CONFIG" >"$private/config")
    export KUBECONFIG=$private/config
fi
unset_image='registry\.invalid/[a-z]*@sha256:0*'

image_of() { # KIND/NAME and path of its pods' template
    kubectl --namespace "$TO" get "$1" --ignore-not-found --output "jsonpath={$2.spec.containers[0].image}" |
        { grep --invert-match "^$unset_image$" || true; }
}

apply() { # the image that serves, and that of the canary
    local pipelines=${PIPELINES_IMAGE:-$(image_of cronjob/score .spec.jobTemplate.spec.template)}
    kubectl kustomize "deploy/kubernetes/overlays/$TO" |
        sed --expression "s|${unset_image/\[a-z\]\*/serve}|$1|" --expression "s|${unset_image/\[a-z\]\*/canary}|$2|" \
            --expression "s|${unset_image/\[a-z\]\*/train}|${pipelines:-&}|" |
        kubectl apply --filename -
    kubectl --namespace "$TO" rollout status deployment/serve --timeout 300s
}

case $1 in
current) image_of deployment/serve .spec.template ;;
canary)
    before=$(image_of deployment/serve .spec.template)
    apply "${before:-$2}" "$2"
    kubectl --namespace "$TO" scale deployment/serve-canary --replicas 1
    kubectl --namespace "$TO" rollout status deployment/serve-canary --timeout 300s
    kubectl --namespace "$TO" patch httproute/serve --type json --patch "[
        {\"op\": \"replace\", \"path\": \"/spec/rules/0/backendRefs/0/weight\", \"value\": $((100 - $3))},
        {\"op\": \"replace\", \"path\": \"/spec/rules/0/backendRefs/1/weight\", \"value\": $3}]"
    ;;
all) apply "$2" "$2" ;; # which takes the canary's pods and weight away
undo)
    if [[ -n $2 ]]; then
        apply "$2" "$2"
    else
        kubectl --namespace "$TO" scale deployment/serve deployment/serve-canary --replicas 0
    fi
    ;;
reach)
    name=serve-canary
    [[ $2 == CANARY ]] || name=serve
    kubectl --namespace "$TO" port-forward "service/$name" "$3:80"
    ;;
esac
