// Generated from registry-server/openapi.json by registry-client/scripts/generate.ts.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Ancestry: {
            artifact: string;
            children: components["schemas"]["Relative"][];
            /** @description How many more are connected that the caller may not read */
            hidden: number;
            number: number;
            parents: components["schemas"]["Relative"][];
            /** @description Whether something was left out: at most 1000 versions are shown, to the depth that was asked for */
            truncated: boolean;
        };
        Artifact: {
            artifact: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            created_at: string;
            description: string | null;
            labels: {
                [key: string]: string;
            };
            /** @description Number of the version that `latest` is now */
            latest: number | null;
            name: string;
            namespace: string;
            retention: components["schemas"]["RetentionPolicy"];
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            updated_at: string;
            /** @description How many complete versions there are */
            versions: number;
        };
        ArtifactChange: {
            /** @example Web servers */
            description?: string | null;
            /**
             * @example {
             *       "commit": "4f2a9c1"
             *     }
             */
            labels?: {
                [key: string]: string;
            };
            /**
             * @description What is deleted once a day; null ends that. Needs the scope `admin`
             * @example {
             *       "keep": 20,
             *       "days": 30
             *     }
             */
            retention?: {
                /**
                 * @description Versions that were completed, pointed at by a channel, or read within so many days are kept
                 * @example 30
                 */
                days: number;
                /**
                 * @description How many of the newest versions are kept
                 * @example 20
                 */
                keep: number;
            } | null;
        };
        ArtifactPage: {
            items: components["schemas"]["Artifact"][];
            /** @description Ask with `cursor` for the next page; null on the last */
            next_cursor: string | null;
        };
        Assignment: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            assigned_at: string;
            assigned_by: string;
            /** @description The event that caused it, such as a revocation */
            cause: string | null;
            /** @enum {string} */
            kind: "assign" | "promote" | "rollback" | "revocation";
            /** @description Null: since then it points nowhere */
            number: number | null;
            reason: string | null;
            semver: string | null;
            /** @description The channel it was promoted from */
            source_channel: string | null;
        };
        AssignmentPage: {
            items: components["schemas"]["Assignment"][];
            /** @description Ask with `cursor` for the next page; null on the last */
            next_cursor: string | null;
        };
        Build: {
            artifact_type: string;
            documents: components["schemas"]["Document"][];
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            ended_at: string | null;
            files: components["schemas"]["File"][];
            images: components["schemas"]["Image"][];
            labels: {
                [key: string]: string;
            };
            metadata: {
                [key: string]: string;
            };
            name: string;
            parents: components["schemas"]["Parent"][];
            provenance: components["schemas"]["Provenance"];
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            reported_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            started_at: string | null;
        };
        BuildChanges: {
            artifact_type: {
                after: string | null;
                before: string | null;
            };
            /**
             * @description Whether the build is only in `to`, only in `from`, or in both
             * @enum {string}
             */
            change: "added" | "removed" | "changed";
            files: components["schemas"]["FileChanges"];
            images: components["schemas"]["ImageChanges"];
            labels: components["schemas"]["MapChanges"];
            metadata: components["schemas"]["MapChanges"];
            name: string;
            parents: components["schemas"]["ParentChanges"];
        };
        BuildFailure: {
            error: string;
            /**
             * Format: date-time
             * @example 2026-01-31T12:00:00.000Z
             */
            failed_at?: string;
        };
        BuildReport: {
            /** @example amazon.ami */
            artifact_type: string;
            /**
             * Format: date-time
             * @example 2026-01-31T12:00:00.000Z
             */
            ended_at?: string;
            files?: components["schemas"]["FileInput"][];
            images?: components["schemas"]["ImageInput"][];
            /**
             * @example {
             *       "commit": "4f2a9c1"
             *     }
             */
            labels?: {
                [key: string]: string;
            };
            /**
             * @example {
             *       "commit": "4f2a9c1"
             *     }
             */
            metadata?: {
                [key: string]: string;
            };
            parents?: components["schemas"]["Parent"][];
            provenance?: components["schemas"]["Provenance"];
            /**
             * Format: date-time
             * @example 2026-01-31T12:00:00.000Z
             */
            started_at?: string;
        };
        BuildReported: {
            build: components["schemas"]["Build"];
            version: components["schemas"]["Version"];
        };
        BuildSummary: {
            artifact_type: string;
            name: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            reported_at: string;
        };
        Channel: {
            artifact: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            assigned_at: string | null;
            assigned_by: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            created_at: string;
            description: string | null;
            /** @description True for `latest`, which the server keeps */
            managed: boolean;
            name: string;
            reason: string | null;
            /** @description Grows with every change; `If-Match` takes it in quotes */
            revision: number;
            rules: components["schemas"]["ChannelRules"];
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            updated_at: string;
            /** @description What it points at; null: nowhere */
            version: {
                fingerprint: string;
                number: number;
                revocation: components["schemas"]["Revocation"];
                semver: string | null;
            } | null;
        };
        ChannelChange: {
            /** @example Web servers */
            description?: string | null;
            /**
             * @description The version by its fingerprint instead
             * @example 8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11
             */
            fingerprint?: string;
            /** @example release 1.4 */
            reason?: string;
            rules?: components["schemas"]["ChannelRules"] & unknown;
            /**
             * @description What to point at, null for nowhere; without it the channel stays where it is
             * @example 7
             */
            version?: number | null;
        };
        ChannelPage: {
            items: components["schemas"]["Channel"][];
            /** @description Ask with `cursor` for the next page; null on the last */
            next_cursor: string | null;
        };
        /**
         * @example {
         *       "types": [
         *         "amazon.ami"
         *       ],
         *       "regions": [
         *         "us-east-1"
         *       ],
         *       "after": "staging",
         *       "scope": "promote"
         *     }
         */
        ChannelRules: {
            /**
             * @description A channel of the artifact that a version must have been on before
             * @example staging
             */
            after?: string;
            /** @description Regions that a version must have an image in */
            regions?: string[];
            /**
             * @description What a token needs to assign; default `promote`
             * @enum {string}
             */
            scope?: "publish" | "promote";
            /** @description Artifact types that a version must have a build of */
            types?: string[];
        };
        ComparedVersion: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            completed_at: string | null;
            description: string | null;
            fingerprint: string;
            number: number | null;
            semver: string | null;
        };
        Complete: {
            /** @example the qemu builder is broken, the rest is good */
            reason: string;
        };
        Consumer: {
            artifact: string;
            /** @description The program, as in its User-Agent */
            client: string;
            /** @description As the reader names itself; `token:` and the name of its token when it does not */
            consumer: string;
            /** @description How often it resolved this version */
            count: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            first_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            last_at: string;
            number: number;
        };
        ConsumerPage: {
            items: components["schemas"]["Consumer"][];
            /** @description Ask with `cursor` for the next page; null on the last */
            next_cursor: string | null;
        };
        CreatedToken: components["schemas"]["Token"] & {
            /** @description The token itself, shown this once */
            token: string;
        };
        CreatedWebhook: components["schemas"]["Webhook"] & {
            /** @description Null for formats that are not signed */
            secret: string | null;
        };
        Delivery: {
            /** @description The last one first */
            attempts: components["schemas"]["DeliveryAttempt"][];
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            ended_at: string | null;
            event: {
                action: string;
                artifact: string | null;
                id: number;
            };
            /** @description What the receiver gets as `webhook-id`, with every attempt */
            id: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            next_attempt_at: string | null;
            /** @enum {string} */
            state: "waiting" | "delivered" | "failed";
        };
        DeliveryAttempt: {
            /** @description How the answer began */
            answer: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
            /** @description Null when it was delivered */
            error: string | null;
            milliseconds: number;
            /** @description From 1; 0 for a test */
            number: number;
            /** @description Of the answer; null when there was none */
            status: number | null;
        };
        DeliveryPage: {
            items: components["schemas"]["Delivery"][];
            /** @description Ask with `cursor` for the next page; null on the last */
            next_cursor: string | null;
        };
        Diff: {
            artifact: string;
            /** @description Builds that differ, by name */
            builds: components["schemas"]["BuildChanges"][];
            /** @description Whether nothing was added, removed or changed */
            equal: boolean;
            from: components["schemas"]["ComparedVersion"];
            labels: components["schemas"]["MapChanges"];
            /** @description Where only one of the two versions has images, whichever build made them */
            regions: {
                added: {
                    platform: string;
                    region: string;
                }[];
                removed: {
                    platform: string;
                    region: string;
                }[];
            };
            to: components["schemas"]["ComparedVersion"];
        };
        /**
         * @example {
         *       "name": "sbom.cdx.json",
         *       "media_type": "application/vnd.cyclonedx+json",
         *       "size": 48213,
         *       "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
         *     }
         */
        Document: {
            media_type: string;
            name: string;
            sha256: string;
            size: number;
        };
        Event: {
            /** @enum {string} */
            action: "token.created" | "token.revoked" | "token.exchanged" | "trust_rule.created" | "trust_rule.changed" | "trust_rule.deleted" | "namespace.changed" | "artifact.created" | "artifact.changed" | "artifact.deleted" | "version.opened" | "version.changed" | "version.completed" | "version.abandoned" | "version.expired" | "version.deleted" | "build.reported" | "build.replaced" | "build.failed" | "document.attached" | "document.replaced" | "document.removed" | "file.held" | "file.released" | "log.started" | "log.ended" | "log.deleted" | "channel.created" | "channel.changed" | "channel.assigned" | "channel.deleted" | "revocation.set" | "revocation.inherited" | "revocation.effective" | "revocation.removed" | "webhook.created" | "webhook.changed" | "webhook.tested" | "webhook.secret_rotated" | "webhook.disabled" | "webhook.deleted";
            /** @description The name of the token; `server` for what the registry does by itself */
            actor: string;
            /** @description Null for what is about no artifact, such as tokens */
            artifact: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
            /** @description The event that caused this one */
            cause_id: number | null;
            /** @description What was there before, what is there after, and why */
            detail: {
                after?: {
                    [key: string]: unknown;
                };
                before?: {
                    [key: string]: unknown;
                };
                reason?: string;
            };
            /** @description The version's */
            fingerprint: string | null;
            id: number;
            /** @description The version's, once it has one */
            number: number | null;
            /** @description As in the log and in `X-Request-Id` */
            request_id: string;
        };
        EventPage: {
            items: components["schemas"]["Event"][];
            /** @description Ask with `cursor` for the next page; null on the last */
            next_cursor: string | null;
        };
        Exchange: {
            /** @description The identity token (JWT) that the CI system gave the job */
            token: string;
        };
        Exchanged: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            expires_at: string;
            /** @description What events call it: the rules and the subject */
            name: string;
            scopes: components["schemas"]["Scope"][];
            /** @description A token of this registry */
            token: string;
        };
        FailedBuild: {
            error: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            failed_at: string;
            name: string;
        };
        /**
         * @example {
         *       "path": "output/logstream.qcow2",
         *       "size": 734003200,
         *       "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
         *       "stored": true
         *     }
         */
        File: {
            path: string;
            sha256: string;
            size: number;
            /** @description Whether the registry has the bytes */
            stored: boolean;
        };
        FileChanges: {
            added: components["schemas"]["File"][];
            changed: {
                after: components["schemas"]["File"];
                before: components["schemas"]["File"];
            }[];
            removed: components["schemas"]["File"][];
        };
        /**
         * @example {
         *       "path": "output/logstream.qcow2",
         *       "size": 734003200,
         *       "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
         *       "stored": true
         *     }
         */
        FileInput: {
            /** @example output/logstream.qcow2 */
            path: string;
            /** @example 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 */
            sha256: string;
            size: number;
            /** @description Whether the registry keeps the bytes (the default; upload them first), or only records that they were made */
            stored?: boolean;
        };
        FoundImage: {
            artifact: string;
            artifact_type: string;
            build: string;
            fingerprint: string;
            image: components["schemas"]["Image"];
            number: number | null;
            /** @enum {string} */
            state: "incomplete" | "complete" | "abandoned" | "expired";
        };
        /**
         * @example {
         *       "status": "ok",
         *       "version": "0.1.0"
         *     }
         */
        Health: {
            /** @enum {string} */
            status: "ok";
            version: string;
        };
        /**
         * @example {
         *       "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
         *       "size": 734003200
         *     }
         */
        HeldFile: {
            sha256: string;
            size: number;
        };
        /**
         * @example {
         *       "platform": "aws",
         *       "region": "us-east-1",
         *       "external_id": "ami-0c2a4e5f6a7b8c9d0",
         *       "source_image_id": "ami-0aaaaaaaaaaaaaaaa",
         *       "labels": {
         *         "arch": "x86_64"
         *       }
         *     }
         */
        Image: {
            external_id: string;
            labels: {
                [key: string]: string;
            };
            platform: string;
            region: string;
            source_image_id: string | null;
        };
        ImageChanges: {
            added: components["schemas"]["Image"][];
            changed: {
                after: components["schemas"]["Image"];
                before: components["schemas"]["Image"];
            }[];
            removed: components["schemas"]["Image"][];
        };
        /**
         * @example {
         *       "platform": "aws",
         *       "region": "us-east-1",
         *       "external_id": "ami-0c2a4e5f6a7b8c9d0",
         *       "source_image_id": "ami-0aaaaaaaaaaaaaaaa",
         *       "labels": {
         *         "arch": "x86_64"
         *       }
         *     }
         */
        ImageInput: {
            /** @example ami-0c2a4e5f6a7b8c9d0 */
            external_id: string;
            /**
             * @example {
             *       "commit": "4f2a9c1"
             *     }
             */
            labels?: {
                [key: string]: string;
            };
            /** @example aws */
            platform: string;
            /**
             * @description Empty on platforms without regions
             * @example us-east-1
             */
            region: string;
            source_image_id?: string | null;
        };
        ImagePage: {
            items: components["schemas"]["FoundImage"][];
            /** @description Ask with `cursor` for the next page; null on the last */
            next_cursor: string | null;
        };
        /**
         * @example {
         *       "build": "amazon-ebs.web",
         *       "size": 48213,
         *       "cut": false,
         *       "started_at": "2026-01-31T11:52:01.000Z",
         *       "updated_at": "2026-01-31T12:00:00.000Z",
         *       "ended_at": null
         *     }
         */
        Log: {
            build: string;
            /** @description Whether more came than is kept; it ends with a line that says so */
            cut: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            ended_at: string | null;
            /** @description Bytes that are kept; the offset of what comes next */
            size: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            started_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            updated_at: string;
        };
        Logs: {
            logs: components["schemas"]["Log"][];
        };
        /**
         * @example {
         *       "added": [],
         *       "removed": [],
         *       "changed": [
         *         {
         *           "key": "commit",
         *           "before": "4f2a9c1",
         *           "after": "77b01de"
         *         }
         *       ]
         *     }
         */
        MapChanges: {
            added: {
                key: string;
                value: string;
            }[];
            changed: {
                after: string;
                before: string;
                key: string;
            }[];
            removed: {
                key: string;
                value: string;
            }[];
        };
        /**
         * @example {
         *       "archives": {
         *         "linux_amd64": {
         *           "url": "/v1/providers/waybill/waybill/0.1.0/files/terraform-provider-waybill_0.1.0_linux_amd64.zip",
         *           "hashes": [
         *             "zh:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
         *           ]
         *         }
         *       }
         *     }
         */
        MirroredArchives: {
            archives: {
                [key: string]: {
                    hashes: string[];
                    url: string;
                };
            };
        };
        /**
         * @example {
         *       "versions": {
         *         "0.1.0": {}
         *       }
         *     }
         */
        MirroredVersions: {
            versions: {
                [key: string]: Record<string, never>;
            };
        };
        NamedBuildReport: {
            /** @example amazon.ami */
            artifact_type: string;
            /**
             * Format: date-time
             * @example 2026-01-31T12:00:00.000Z
             */
            ended_at?: string;
            files?: components["schemas"]["FileInput"][];
            images?: components["schemas"]["ImageInput"][];
            /**
             * @example {
             *       "commit": "4f2a9c1"
             *     }
             */
            labels?: {
                [key: string]: string;
            };
            /**
             * @example {
             *       "commit": "4f2a9c1"
             *     }
             */
            metadata?: {
                [key: string]: string;
            };
            /**
             * @description 1 to 255 bytes of printable text
             * @example amazon-ebs.web
             */
            name: string;
            parents?: components["schemas"]["Parent"][];
            provenance?: components["schemas"]["Provenance"];
            /**
             * Format: date-time
             * @example 2026-01-31T12:00:00.000Z
             */
            started_at?: string;
        };
        Namespace: {
            /** @description Whether everybody who reaches the registry may read its artifacts, without a token */
            anonymous_read: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            created_at: string;
            description: string | null;
            namespace: string;
            /** @description How many bytes its files may have; null: any */
            quota_bytes: number | null;
            /** @description How many bytes its files have, each content counted once */
            used_bytes: number;
        };
        NamespaceChange: {
            anonymous_read?: boolean;
            description?: string | null;
            /** @description Needs the scope `admin` on "*" */
            quota_bytes?: number | null;
        };
        NamespacePage: {
            items: components["schemas"]["Namespace"][];
            /** @description Ask with `cursor` for the next page; null on the last */
            next_cursor: string | null;
        };
        NewToken: {
            description?: string;
            /**
             * Format: date-time
             * @description Not given or null: never
             * @example 2026-01-31T12:00:00.000Z
             */
            expires_at?: string | null;
            /** @example ci-web */
            name: string;
            scopes: components["schemas"]["Scope"][];
            /**
             * @description A secret of your own making, for tools that keep it elsewhere; without it one is made
             * @example wbl_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
             */
            token?: string;
        };
        NewWebhook: {
            /**
             * @description What is about no artifact is only in `*`
             * @default [
             *       "*"
             *     ]
             * @example [
             *       "hashicorp",
             *       "team/web-*"
             *     ]
             */
            artifacts: string[];
            /** @example Web servers */
            description?: string;
            /**
             * @default [
             *       "version.completed",
             *       "channel.assigned",
             *       "revocation.effective"
             *     ]
             * @example [
             *       "version.completed",
             *       "channel.*"
             *     ]
             */
            events: string[];
            /**
             * @description `standard`: the event, signed as Standard Webhooks say; `slack`, `email`: for people to read
             * @default standard
             * @enum {string}
             */
            format: "standard" | "slack" | "email";
            /** @example deployer */
            name: string;
            /** @default [] */
            recipients: string[];
            /**
             * @description A secret of your own making, for tools that keep it elsewhere; without it one is made
             * @example whsec_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=
             */
            secret?: string;
            /** @example https://ci.example.com/hooks/waybill */
            url?: string;
        };
        OutOfDate: {
            artifact: string;
            /** @description The channel that the parent was read from */
            channel: string | null;
            /** @description The version of the parent's artifact to build from now */
            newer: number;
            number: number;
            parent: {
                artifact: string;
                number: number;
            };
        };
        OutOfDatePage: {
            items: components["schemas"]["OutOfDate"][];
            /** @description Ask with `cursor` for the next page; null on the last */
            next_cursor: string | null;
        };
        /**
         * @example {
         *       "artifact": "hashicorp/base",
         *       "version": 12,
         *       "channel": "production"
         *     }
         */
        Parent: {
            /** @example hashicorp/logstream */
            artifact: string;
            /**
             * @description The channel that the parent was read from, when it was read from one
             * @example latest
             */
            channel?: string;
            /** @example 8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11 */
            fingerprint?: string;
            /** @example 7 */
            version?: number;
        };
        ParentChanges: {
            added: components["schemas"]["Parent"][];
            changed: {
                after: components["schemas"]["Parent"];
                before: components["schemas"]["Parent"];
            }[];
            removed: components["schemas"]["Parent"][];
        };
        /**
         * @example {
         *       "type": "urn:waybill:problem:artifact_not_found",
         *       "title": "There is no such artifact",
         *       "status": 404,
         *       "code": "artifact_not_found",
         *       "detail": "There is no artifact \"hashicorp/logstream\". Publish a version to create it."
         *     }
         */
        Problem: {
            /** @enum {string} */
            code: "invalid_request" | "unauthorized" | "forbidden" | "identity_refused" | "not_found" | "token_not_found" | "trust_rule_not_found" | "namespace_not_found" | "artifact_not_found" | "version_not_found" | "build_not_found" | "provider_not_found" | "document_not_found" | "file_not_found" | "log_not_found" | "channel_not_found" | "webhook_not_found" | "delivery_not_found" | "channel_empty" | "no_match" | "method_not_allowed" | "request_timeout" | "token_exists" | "last_admin" | "ambiguous" | "version_complete" | "version_differs" | "build_unexpected" | "version_incomplete" | "version_revoked" | "revocation_in_force" | "version_in_use" | "nothing_to_roll_back" | "channel_managed" | "channel_rule" | "log_gap" | "log_differs" | "log_ended" | "file_missing" | "webhook_exists" | "webhook_disabled" | "too_many_documents" | "precondition_failed" | "body_too_large" | "quota_exceeded" | "unsupported_media_type" | "range_not_satisfiable" | "file_differs" | "precondition_required" | "too_many_requests" | "headers_too_large" | "internal" | "unavailable";
            detail: string;
            errors?: {
                message: string;
                path: string;
            }[];
            status: number;
            title: string;
            type: string;
        } & {
            [key: string]: unknown;
        };
        Promote: {
            /** @example staging */
            from: string;
            /** @example release 1.4 */
            reason?: string;
        };
        /**
         * @example {
         *       "packer_version": "1.16.0",
         *       "plugin_version": "0.1.0",
         *       "plugins": {
         *         "github.com/hashicorp/amazon": "1.3.9"
         *       },
         *       "run_uuid": "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11",
         *       "builder_type": "amazon-ebs",
         *       "git": {
         *         "commit": "4f2a9c1d8e7b6a5f4c3d2e1f0a9b8c7d6e5f4a3b",
         *         "branch": "main",
         *         "dirty": false,
         *         "remote": "https://git.example.com/platform/images.git"
         *       },
         *       "ci": {
         *         "system": "gitlab",
         *         "job": "build-web",
         *         "url": "https://ci.example.com/jobs/4711"
         *       }
         *     }
         */
        Provenance: {
            builder_type?: string | null;
            ci?: {
                job?: string | null;
                system?: string | null;
                /** @example https://ci.example.com/jobs/4711 */
                url?: string | null;
            } | null;
            git?: {
                branch?: string | null;
                /** @example 4f2a9c1d8e7b6a5f4c3d2e1f0a9b8c7d6e5f4a3b */
                commit?: string | null;
                dirty?: boolean | null;
                /**
                 * @description Credentials in it are taken out before it is stored
                 * @example https://git.example.com/platform/images.git
                 */
                remote?: string | null;
            } | null;
            packer_version?: string | null;
            plugin_version?: string | null;
            /** @description The versions of Packer's plugins, by source address */
            plugins?: {
                [key: string]: string;
            } | null;
            run_uuid?: string | null;
        } & {
            [key: string]: unknown;
        };
        /**
         * @example {
         *       "protocols": [
         *         "6.0"
         *       ],
         *       "os": "linux",
         *       "arch": "amd64",
         *       "filename": "terraform-provider-waybill_0.1.0_linux_amd64.zip",
         *       "download_url": "/v1/providers/waybill/waybill/0.1.0/files/terraform-provider-waybill_0.1.0_linux_amd64.zip",
         *       "shasums_url": "/v1/providers/waybill/waybill/0.1.0/files/terraform-provider-waybill_0.1.0_SHA256SUMS",
         *       "shasums_signature_url": "/v1/providers/waybill/waybill/0.1.0/files/terraform-provider-waybill_0.1.0_SHA256SUMS.sig",
         *       "shasum": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
         *       "signing_keys": {
         *         "gpg_public_keys": [
         *           {
         *             "key_id": "51852D87348FFC4C",
         *             "ascii_armor": "-----BEGIN PGP PUBLIC KEY BLOCK-----\n..."
         *           }
         *         ]
         *       }
         *     }
         */
        ProviderPackage: {
            arch: string;
            download_url: string;
            filename: string;
            os: string;
            protocols: string[];
            shasum: string;
            shasums_signature_url: string;
            shasums_url: string;
            signing_keys: {
                gpg_public_keys: {
                    ascii_armor: string;
                    key_id: string;
                }[];
            };
        };
        /**
         * @example {
         *       "versions": [
         *         {
         *           "version": "0.1.0",
         *           "protocols": [
         *             "6.0"
         *           ],
         *           "platforms": [
         *             {
         *               "os": "linux",
         *               "arch": "amd64"
         *             }
         *           ]
         *         }
         *       ]
         *     }
         */
        ProviderVersions: {
            versions: {
                platforms: {
                    arch: string;
                    os: string;
                }[];
                protocols: string[];
                version: string;
            }[];
        };
        Publish: {
            builds?: components["schemas"]["NamedBuildReport"][];
            /** @example Web servers */
            description?: string;
            expected_builds?: string[];
            /** @example 8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11 */
            fingerprint?: string;
            /**
             * @example {
             *       "commit": "4f2a9c1"
             *     }
             */
            labels?: {
                [key: string]: string;
            };
            /** @description Whether the version may become `latest`. `if_newer`: only when its builds did not end before those of the present `latest` */
            latest?: boolean | "if_newer";
            /** @example 1.4.0 */
            semver?: string;
        };
        /**
         * @example {
         *       "artifact": "hashicorp/base",
         *       "number": 11,
         *       "semver": "2.1.0",
         *       "depth": 1,
         *       "via": "declared",
         *       "channel": "production",
         *       "builds": [
         *         "amazon-ebs.web"
         *       ],
         *       "out_of_date": true,
         *       "newer": 12,
         *       "revoked": false,
         *       "deleted": false,
         *       "repeated": false,
         *       "parents": []
         *     }
         */
        Relative: {
            artifact: string;
            /** @description The builds of the child that were made from the parent */
            builds: string[];
            /** @description The channel that the parent was read from, when it is known */
            channel: string | null;
            children?: components["schemas"]["Relative"][];
            /** @description It is gone, and shown because of what is connected through it */
            deleted: boolean;
            /** @description How many steps away from the version that was asked for */
            depth: number;
            /** @description The number of that other parent */
            newer: number | null;
            number: number;
            /** @description Whether building the child today would use another parent */
            out_of_date: boolean;
            parents?: components["schemas"]["Relative"][];
            /** @description It is in the tree more than once; what lies behind it is shown at the first place */
            repeated: boolean;
            revoked: boolean;
            semver: string | null;
            /**
             * @description Whether the publisher named the parent, or it was found by the id of the source image
             * @enum {string}
             */
            via: "declared" | "source_image";
        };
        Replay: {
            /** @description With `since`: also what was delivered */
            delivered?: boolean;
            /** @description This one, whatever became of it */
            delivery?: string;
            /**
             * Format: date-time
             * @description All events from this moment on that the webhook chooses
             * @example 2026-01-31T12:00:00.000Z
             */
            since?: string;
            /**
             * Format: date-time
             * @description Before this moment; default now
             * @example 2026-01-31T12:00:00.000Z
             */
            until?: string;
        };
        Replayed: {
            replayed: number;
        };
        Resolved: {
            artifact: string;
            builds: components["schemas"]["ResolvedBuild"][];
            /** @description The channel that was asked for, if one was */
            channel: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            completed_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            created_at: string;
            description: string | null;
            /**
             * @description Set when exactly one image is left after the filters
             * @example ami-0c2a4e5f6a7b8c9d0
             */
            external_id: string | null;
            files: components["schemas"]["ResolvedFile"][];
            fingerprint: string;
            images: components["schemas"]["ResolvedImage"][];
            /** @description What the version and all matching builds agree on */
            labels: {
                [key: string]: string;
            };
            /** @description What all matching builds agree on */
            metadata: {
                [key: string]: string;
            };
            /** @description All metadata and `region-<region>` for every image */
            metadata_full: {
                [key: string]: string;
            };
            number: number;
            revocation: {
                reason: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC, milliseconds
                 * @example 2026-01-31T12:00:00.000Z
                 */
                revoked_at: string;
            } | null;
            semver: string | null;
            warnings: components["schemas"]["Warning"][];
        };
        ResolvedBuild: {
            artifact_type: string;
            labels: {
                [key: string]: string;
            };
            metadata: {
                [key: string]: string;
            };
            name: string;
        };
        /**
         * @example {
         *       "path": "output/logstream.qcow2",
         *       "size": 734003200,
         *       "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
         *       "stored": true
         *     }
         */
        ResolvedFile: components["schemas"]["File"] & {
            build: string;
        };
        /**
         * @example {
         *       "platform": "aws",
         *       "region": "us-east-1",
         *       "external_id": "ami-0c2a4e5f6a7b8c9d0",
         *       "source_image_id": "ami-0aaaaaaaaaaaaaaaa",
         *       "labels": {
         *         "arch": "x86_64"
         *       }
         *     }
         */
        ResolvedImage: components["schemas"]["Image"] & {
            artifact_type: string;
            build: string;
        };
        ResolveMany: {
            queries: components["schemas"]["ResolveQuery"][];
        };
        /**
         * @example {
         *       "artifact": "hashicorp/logstream",
         *       "channel": "latest",
         *       "region": "us-east-1"
         *     }
         */
        ResolveQuery: {
            /** @example hashicorp/logstream */
            artifact: string;
            /**
             * @description 1 to 255 bytes of printable text
             * @example amazon-ebs.web
             */
            build?: string;
            /** @example latest */
            channel?: string;
            /**
             * @description Terraform's grammar: `= != > >= < <= ~>`, several by comma
             * @example ~> 1.4
             */
            constraint?: string;
            /** @example 8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11 */
            fingerprint?: string;
            /**
             * @example {
             *       "commit": "4f2a9c1"
             *     }
             */
            labels?: {
                [key: string]: string;
            };
            /**
             * @description What to do when the version is revoked; default `error`. `previous`: for `latest` and constraints the next lower unrevoked version, for a channel what a rollback would give; for `version` and `fingerprint`, which name one version, the same as `error`
             * @enum {string}
             */
            on_revoked?: "error" | "warn" | "previous";
            /** @example aws */
            platform?: string;
            /**
             * @description Empty on platforms without regions
             * @example us-east-1
             */
            region?: string;
            /** @example amazon.ami */
            type?: string;
            /** @example 7 */
            version?: number;
        };
        ResolveResult: {
            resolved: components["schemas"]["Resolved"];
        } | {
            problem: components["schemas"]["Problem"];
        };
        ResolveResults: {
            results: components["schemas"]["ResolveResult"][];
        };
        RetentionDecision: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            completed_at: string;
            keep: boolean;
            /** @example 7 */
            number: number;
            /** @description Why it stays, or why it goes; at least one */
            reasons: string[];
            semver: string | null;
        };
        /**
         * @description Null keeps every version
         * @example {
         *       "keep": 20,
         *       "days": 30
         *     }
         */
        RetentionPolicy: {
            /**
             * @description Versions that were completed, pointed at by a channel, or read within so many days are kept
             * @example 30
             */
            days: number;
            /**
             * @description How many of the newest versions are kept
             * @example 20
             */
            keep: number;
        } | null;
        /**
         * @example {
         *       "dry_run": true,
         *       "keep": 20,
         *       "days": 30
         *     }
         */
        RetentionRequest: {
            /** @description `next_cursor` of the page before */
            cursor?: string;
            /**
             * @description Versions that were completed, pointed at by a channel, or read within so many days are kept
             * @example 30
             */
            days?: number;
            /**
             * @description Only say what would go; `false` deletes it
             * @default true
             */
            dry_run: boolean;
            /**
             * @description How many of the newest versions are kept
             * @example 20
             */
            keep?: number;
            /**
             * @description How many versions this request looks at
             * @default 200
             * @example 200
             */
            limit: number;
        };
        RetentionResult: {
            artifact: string;
            days: number;
            dry_run: boolean;
            keep: number;
            /** @description Ask with `cursor` for the next, older versions; null after the oldest */
            next_cursor: string | null;
            versions: components["schemas"]["RetentionDecision"][];
        };
        /**
         * @example {
         *       "revoked": true,
         *       "revoked_at": "2026-02-01T00:00:00.000Z",
         *       "reason": "CVE-2026-1234 in the base image",
         *       "causes": [
         *         {
         *           "artifact": "hashicorp/base",
         *           "number": 12,
         *           "own": false,
         *           "reason": "CVE-2026-1234 in the base image",
         *           "effective_at": "2026-02-01T00:00:00.000Z",
         *           "revoked_by": "ci"
         *         }
         *       ]
         *     }
         */
        Revocation: {
            causes: components["schemas"]["RevocationCause"][];
            /** @description The reason of that cause */
            reason: string;
            /** @description Whether the time of at least one cause has come */
            revoked: boolean;
            /**
             * Format: date-time
             * @description The earliest moment that a cause takes effect at
             * @example 2026-01-31T12:00:00.000Z
             */
            revoked_at: string;
        } | null;
        /**
         * @example {
         *       "artifact": "hashicorp/base",
         *       "number": 12,
         *       "own": false,
         *       "reason": "CVE-2026-1234 in the base image",
         *       "effective_at": "2026-02-01T00:00:00.000Z",
         *       "revoked_by": "ci"
         *     }
         */
        RevocationCause: {
            /** @description The version that was revoked: this one, or an ancestor */
            artifact: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            effective_at: string;
            number: number;
            own: boolean;
            reason: string;
            revoked_by: string;
        };
        RevocationPreview: {
            /** @description Channels that point at what would be revoked */
            channels: {
                artifact: string;
                channel: string;
            }[];
            /** @description Who resolved what would be revoked, the latest first, at most 100 */
            consumers: components["schemas"]["Consumer"][];
            /** @description Versions built from it, nearest first, at most 1,000 */
            descendants: {
                artifact: string;
                depth: number;
                number: number;
                will_be_revoked: boolean;
            }[];
            /** @description How many more there are that the caller may not read */
            hidden_descendants: number;
            /** @description Whether a list was cut */
            truncated: boolean;
        };
        RevocationPreviewRequest: {
            with_descendants?: boolean;
        };
        RevocationState: {
            artifact: string;
            causes: components["schemas"]["RevocationCause"][];
            number: number;
            reason: string | null;
            revoked: boolean;
            /** @description Revoked versions that this one was built from, directly or not */
            revoked_ancestors: {
                artifact: string;
                number: number;
            }[];
            /** @description How many more there are that the caller may not read */
            revoked_ancestors_hidden: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            revoked_at: string | null;
        };
        /**
         * @example {
         *       "reason": "CVE-2026-1234",
         *       "with_descendants": true,
         *       "rollback_channels": true
         *     }
         */
        Revoke: {
            /**
             * Format: date-time
             * @description From when on; without it, from now on. Not in the future while its revocation is in force
             * @example 2026-01-31T12:00:00.000Z
             */
            at?: string;
            /** @example CVE-2026-1234 in the base image */
            reason: string;
            /** @description Whether channels that point at what is revoked are rolled back at once; not with `at` */
            rollback_channels?: boolean;
            /** @description Whether versions built from it, in the same namespace, are revoked too, also those that appear later. Without it, an earlier choice stays */
            with_descendants?: boolean;
        };
        Revoked: components["schemas"]["RevocationState"] & {
            /** @description Channels that were rolled back */
            channels: {
                artifact: string;
                channel: string;
                from: number;
                skipped: {
                    number: number;
                    reason: string;
                }[];
                /** @description Null: there was nothing to go back to; it stays */
                to: number | null;
            }[];
            /** @description How many descendants have a cause from this version */
            descendants: number;
            warnings: components["schemas"]["Warning"][];
        };
        Rollback: {
            /** @example release 1.4 */
            reason?: string;
            /** @example 7 */
            to?: number;
        };
        RolledBack: {
            channel: components["schemas"]["Channel"];
            /** @description Newer versions that were passed over, with the reason */
            skipped: {
                number: number;
                reason: string;
            }[];
        };
        Scope: {
            /**
             * @description A namespace stands for all its artifacts as well
             * @example team/web-*
             */
            pattern: string;
            /**
             * @description Each lets its holder read; `admin` contains all others
             * @enum {string}
             */
            scope: "read" | "publish" | "promote" | "admin";
        };
        SecretRotation: {
            /**
             * @description For how long what is sent is signed with the earlier secret, too
             * @default 24
             */
            overlap_hours: number;
            /**
             * @description A secret of your own making, for tools that keep it elsewhere; without it one is made
             * @example whsec_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=
             */
            secret?: string;
        };
        Self: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            expires_at: string | null;
            /** @description What events call the caller */
            name: string;
            scopes: components["schemas"]["Scope"][];
        };
        /**
         * @example {
         *       "providers.v1": "/v1/providers/"
         *     }
         */
        TerraformServices: {
            "providers.v1": string;
        };
        Token: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            created_at: string;
            /** @description The actor that made it */
            created_by: string | null;
            description: string | null;
            /**
             * Format: date-time
             * @description Null: never
             * @example 2026-01-31T12:00:00.000Z
             */
            expires_at: string | null;
            /**
             * Format: date-time
             * @description Written down once a minute at most
             * @example 2026-01-31T12:00:00.000Z
             */
            last_used_at: string | null;
            name: string;
            scopes: components["schemas"]["Scope"][];
        };
        TokenPage: {
            items: components["schemas"]["Token"][];
            /** @description Ask with `cursor` for the next page; null on the last */
            next_cursor: string | null;
        };
        TrustRule: {
            audience: string;
            claims: {
                [key: string]: string;
            };
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            created_at: string;
            description: string | null;
            issuer: string;
            name: string;
            scopes: components["schemas"]["Scope"][];
            ttl: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            updated_at: string;
        };
        TrustRuleInput: {
            /** @description What the claim `aud` must be or contain */
            audience: string;
            /**
             * @description What claims must be; `*` stands for any text. Numbers and booleans are compared as text; of a list, one item must fit
             * @example {
             *       "repository": "acme/web",
             *       "ref": "refs/heads/main"
             *     }
             */
            claims: {
                [key: string]: string;
            };
            description?: string | null;
            /**
             * @description The claim `iss`, letter by letter. Its keys are found by OpenID Connect discovery
             * @example https://token.actions.githubusercontent.com
             */
            issuer: string;
            scopes: components["schemas"]["Scope"][];
            /**
             * @description How long its tokens hold; 1h when not given
             * @example 1h
             */
            ttl?: string;
        };
        TrustRulePage: {
            items: components["schemas"]["TrustRule"][];
            /** @description Ask with `cursor` for the next page; null on the last */
            next_cursor: string | null;
        };
        Version: {
            artifact: string;
            builds: components["schemas"]["Build"][];
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            completed_at: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            created_at: string;
            description: string | null;
            expected_builds: string[];
            /** @description Those of the missing builds that are known to have failed, and why */
            failed_builds: components["schemas"]["FailedBuild"][];
            fingerprint: string;
            labels: {
                [key: string]: string;
            };
            latest: boolean | "if_newer";
            missing_builds: string[];
            number: number | null;
            revocation: components["schemas"]["Revocation"];
            /** @description Revoked versions that this one was built from, directly or not */
            revoked_ancestors: {
                artifact: string;
                number: number;
            }[];
            /** @description How many more there are that the caller may not read */
            revoked_ancestors_hidden: number;
            semver: string | null;
            /** @enum {string} */
            state: "incomplete" | "complete" | "abandoned" | "expired";
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            updated_at: string;
            warnings: components["schemas"]["Warning"][];
        };
        VersionChange: {
            /** @example Web servers */
            description?: string | null;
            /**
             * @example {
             *       "commit": "4f2a9c1"
             *     }
             */
            labels?: {
                [key: string]: string;
            };
        };
        VersionPage: {
            items: components["schemas"]["VersionSummary"][];
            /** @description Ask with `cursor` for the next page; null on the last */
            next_cursor: string | null;
        };
        VersionSummary: {
            artifact: string;
            builds: components["schemas"]["BuildSummary"][];
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            completed_at: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            created_at: string;
            description: string | null;
            expected_builds: string[];
            /** @description Those of the missing builds that are known to have failed, and why */
            failed_builds: components["schemas"]["FailedBuild"][];
            fingerprint: string;
            labels: {
                [key: string]: string;
            };
            latest: boolean | "if_newer";
            missing_builds: string[];
            number: number | null;
            revocation: components["schemas"]["Revocation"];
            /** @description Revoked versions that this one was built from, directly or not */
            revoked_ancestors: {
                artifact: string;
                number: number;
            }[];
            /** @description How many more there are that the caller may not read */
            revoked_ancestors_hidden: number;
            semver: string | null;
            /** @enum {string} */
            state: "incomplete" | "complete" | "abandoned" | "expired";
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            updated_at: string;
            warnings: components["schemas"]["Warning"][];
        };
        /**
         * @example {
         *       "code": "semver_taken",
         *       "message": "Version 3 already has 1.2.0; completed without it."
         *     }
         */
        Warning: {
            code: string;
            message: string;
        };
        Webhook: {
            artifacts: string[];
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            created_at: string;
            description: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            disabled_at: string | null;
            disabled_reason: string | null;
            /** @description Until when earlier secrets sign, too */
            earlier_secrets_until: string[];
            enabled: boolean;
            events: string[];
            /**
             * Format: date-time
             * @description The first failure since the last success
             * @example 2026-01-31T12:00:00.000Z
             */
            failing_since: string | null;
            /** @description Attempts in a row that failed */
            failures: number;
            /**
             * @description `standard`: the event, signed as Standard Webhooks say; `slack`, `email`: for people to read
             * @enum {string}
             */
            format: "standard" | "slack" | "email";
            name: string;
            recipients: string[];
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds
             * @example 2026-01-31T12:00:00.000Z
             */
            updated_at: string;
            /** @description Without what may be a secret: the path of Slack, a query */
            url: string | null;
        };
        WebhookChange: {
            /**
             * @description What is about no artifact is only in `*`
             * @example [
             *       "hashicorp",
             *       "team/web-*"
             *     ]
             */
            artifacts?: string[];
            /** @example Web servers */
            description?: string | null;
            /** @description True begins anew: what failed before counts no more */
            enabled?: boolean;
            /**
             * @example [
             *       "version.completed",
             *       "channel.*"
             *     ]
             */
            events?: string[];
            recipients?: string[];
            /** @example https://ci.example.com/hooks/waybill */
            url?: string;
        };
        WebhookPage: {
            items: components["schemas"]["Webhook"][];
            /** @description Ask with `cursor` for the next page; null on the last */
            next_cursor: string | null;
        };
        WebhookSecret: {
            /**
             * Format: date-time
             * @description Until when earlier secrets sign, too
             * @example 2026-01-31T12:00:00.000Z
             */
            earlier_until: string;
            /** @description Shown this once; a verifier of Standard Webhooks takes it as it is */
            secret: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
