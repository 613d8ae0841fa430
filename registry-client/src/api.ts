// Generated from registry-server/openapi.json by registry-client/scripts/generate.ts.

export interface paths {
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server is up */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["getOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server can answer: its database does */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/artifacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List artifacts by name, all or those that match */
        get: operations["listArtifacts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/artifacts/{namespace}/{artifact}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read an artifact */
        get: operations["getArtifact"];
        /** Create an artifact, or change its description and labels */
        put: operations["putArtifact"];
        post?: never;
        /** Delete an artifact with all its versions; its name and its numbers are never used anew */
        delete: operations["deleteArtifact"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/artifacts/{namespace}/{artifact}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Resolve one selector to a version and its images, after the filters */
        get: operations["resolve"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/artifacts/{namespace}/{artifact}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List versions, newest first */
        get: operations["listVersions"];
        put?: never;
        /**
         * Publish a version all at once (builds), or open it (expected_builds); safe to repeat
         * @description Creates namespace and artifact when they are new. The version completes, and gets its number, when the last expected build is there. The same publication again answers 200 with the same version.
         */
        post: operations["publishVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/artifacts/{namespace}/{artifact}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a version with its builds */
        get: operations["getVersion"];
        put?: never;
        post?: never;
        /** Abandon an incomplete version (its fingerprint is free again), or delete a complete one (its number is not) */
        delete: operations["deleteVersion"];
        options?: never;
        head?: never;
        /** Change the description and the labels of a version */
        patch: operations["changeVersion"];
        trace?: never;
    };
    "/v1/artifacts/{namespace}/{artifact}/versions/{version}/builds/{build}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a build */
        get: operations["getBuild"];
        /**
         * Report a build; the last expected one completes the version
         * @description A build that reports again while the version is incomplete replaces its earlier report. On a complete version the same content answers 200 and anything else 409.
         */
        put: operations["reportBuild"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/artifacts/{namespace}/{artifact}/versions/{version}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Complete a version by hand, without the builds that are missing */
        post: operations["completeVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/images": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Find what an image is: the versions and builds that recorded its id, newest first */
        get: operations["findImages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Resolve many in one request; each has its own result, in order */
        post: operations["resolveMany"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
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
        };
        ArtifactPage: {
            items: components["schemas"]["Artifact"][];
            /** @description Ask with `cursor` for the next page; null on the last */
            next_cursor: string | null;
        };
        Build: {
            artifact_type: string;
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
            provenance: {
                [key: string]: string | number | boolean | null;
            };
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
        BuildReport: {
            /** @example amazon.ami */
            artifact_type: string;
            /**
             * Format: date-time
             * @example 2026-01-31T12:00:00.000Z
             */
            ended_at?: string;
            files?: components["schemas"]["File"][];
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
            provenance?: {
                [key: string]: string | number | boolean | null;
            };
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
        Complete: {
            /** @example the qemu builder is broken, the rest is good */
            reason: string;
        };
        /**
         * @example {
         *       "path": "output/logstream.qcow2",
         *       "size": 734003200,
         *       "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
         *     }
         */
        File: {
            path: string;
            /** @example 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 */
            sha256: string;
            size: number;
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
        NamedBuildReport: {
            /** @example amazon.ami */
            artifact_type: string;
            /**
             * Format: date-time
             * @example 2026-01-31T12:00:00.000Z
             */
            ended_at?: string;
            files?: components["schemas"]["File"][];
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
            /** @example amazon-ebs.web */
            name: string;
            parents?: components["schemas"]["Parent"][];
            provenance?: {
                [key: string]: string | number | boolean | null;
            };
            /**
             * Format: date-time
             * @example 2026-01-31T12:00:00.000Z
             */
            started_at?: string;
        };
        /**
         * @example {
         *       "artifact": "hashicorp/base",
         *       "version": 12
         *     }
         */
        Parent: {
            /** @example hashicorp/logstream */
            artifact: string;
            /** @example 8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11 */
            fingerprint?: string;
            /** @example 7 */
            version?: number;
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
            code: "invalid_request" | "unauthorized" | "not_found" | "artifact_not_found" | "version_not_found" | "build_not_found" | "channel_not_found" | "channel_empty" | "no_match" | "method_not_allowed" | "request_timeout" | "ambiguous" | "version_complete" | "version_differs" | "build_unexpected" | "version_incomplete" | "version_revoked" | "body_too_large" | "unsupported_media_type" | "headers_too_large" | "internal" | "unavailable";
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
        ResolvedFile: {
            build: string;
            path: string;
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
            /** @example amazon-ebs.web */
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
             * @description What to do when the version is revoked; default `error`
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
            fingerprint: string;
            labels: {
                [key: string]: string;
            };
            latest: boolean | "if_newer";
            missing_builds: string[];
            number: number | null;
            revocation: null;
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
            fingerprint: string;
            labels: {
                [key: string]: string;
            };
            latest: boolean | "if_newer";
            missing_builds: string[];
            number: number | null;
            revocation: null;
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
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ok",
                     *       "version": "0.1.0"
                     *     }
                     */
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description `internal`: Something went wrong in the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:internal",
                     *       "title": "Something went wrong in the server",
                     *       "status": 500,
                     *       "code": "internal",
                     *       "detail": "Something went wrong in the server."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOpenApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An OpenAPI 3.1 document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "openapi": "3.1.0"
                     *     }
                     */
                    "application/json": {
                        openapi: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description `internal`: Something went wrong in the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:internal",
                     *       "title": "Something went wrong in the server",
                     *       "status": 500,
                     *       "code": "internal",
                     *       "detail": "Something went wrong in the server."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ok",
                     *       "version": "0.1.0"
                     *     }
                     */
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description `unavailable`: The registry cannot answer now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unavailable",
                     *       "title": "The registry cannot answer now",
                     *       "status": 503,
                     *       "code": "unavailable",
                     *       "detail": "The registry cannot answer now."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listArtifacts: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before */
                cursor?: string;
                limit?: number;
                namespace?: string;
                /** @description Part of the name or the description */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of artifacts, ordered by name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "artifact": "hashicorp/logstream",
                     *           "namespace": "hashicorp",
                     *           "name": "logstream",
                     *           "description": "Ships logs",
                     *           "labels": {
                     *             "team": "platform"
                     *           },
                     *           "latest": 7,
                     *           "versions": 7,
                     *           "created_at": "2026-01-01T09:00:00.000Z",
                     *           "updated_at": "2026-01-31T12:00:01.000Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["ArtifactPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:invalid_request",
                     *       "title": "The request is not valid",
                     *       "status": 400,
                     *       "code": "invalid_request",
                     *       "detail": "The request is not valid."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unauthorized",
                     *       "title": "A valid token is needed",
                     *       "status": 401,
                     *       "code": "unauthorized",
                     *       "detail": "A valid token is needed."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:internal",
                     *       "title": "Something went wrong in the server",
                     *       "status": 500,
                     *       "code": "internal",
                     *       "detail": "Something went wrong in the server."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The registry cannot answer now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unavailable",
                     *       "title": "The registry cannot answer now",
                     *       "status": 503,
                     *       "code": "unavailable",
                     *       "detail": "The registry cannot answer now."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getArtifact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                artifact: string;
                namespace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The artifact */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "artifact": "hashicorp/logstream",
                     *       "namespace": "hashicorp",
                     *       "name": "logstream",
                     *       "description": "Ships logs",
                     *       "labels": {
                     *         "team": "platform"
                     *       },
                     *       "latest": 7,
                     *       "versions": 7,
                     *       "created_at": "2026-01-01T09:00:00.000Z",
                     *       "updated_at": "2026-01-31T12:00:01.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Artifact"];
                };
            };
            /** @description It is what `If-None-Match` names */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:invalid_request",
                     *       "title": "The request is not valid",
                     *       "status": 400,
                     *       "code": "invalid_request",
                     *       "detail": "The request is not valid."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unauthorized",
                     *       "title": "A valid token is needed",
                     *       "status": 401,
                     *       "code": "unauthorized",
                     *       "detail": "A valid token is needed."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `artifact_not_found`: There is no such artifact */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:artifact_not_found",
                     *       "title": "There is no such artifact",
                     *       "status": 404,
                     *       "code": "artifact_not_found",
                     *       "detail": "There is no such artifact."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:internal",
                     *       "title": "Something went wrong in the server",
                     *       "status": 500,
                     *       "code": "internal",
                     *       "detail": "Something went wrong in the server."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The registry cannot answer now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unavailable",
                     *       "title": "The registry cannot answer now",
                     *       "status": 503,
                     *       "code": "unavailable",
                     *       "detail": "The registry cannot answer now."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putArtifact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                artifact: string;
                namespace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "description": "Ships logs",
                 *       "labels": {
                 *         "team": "platform"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["ArtifactChange"];
            };
        };
        responses: {
            /** @description It was there already; as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "artifact": "hashicorp/logstream",
                     *       "namespace": "hashicorp",
                     *       "name": "logstream",
                     *       "description": "Ships logs",
                     *       "labels": {
                     *         "team": "platform"
                     *       },
                     *       "latest": 7,
                     *       "versions": 7,
                     *       "created_at": "2026-01-01T09:00:00.000Z",
                     *       "updated_at": "2026-01-31T12:00:01.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Artifact"];
                };
            };
            /** @description It was created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "artifact": "hashicorp/logstream",
                     *       "namespace": "hashicorp",
                     *       "name": "logstream",
                     *       "description": "Ships logs",
                     *       "labels": {
                     *         "team": "platform"
                     *       },
                     *       "latest": null,
                     *       "versions": 0,
                     *       "created_at": "2026-01-01T09:00:00.000Z",
                     *       "updated_at": "2026-01-31T12:00:01.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Artifact"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:invalid_request",
                     *       "title": "The request is not valid",
                     *       "status": 400,
                     *       "code": "invalid_request",
                     *       "detail": "The request is not valid."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unauthorized",
                     *       "title": "A valid token is needed",
                     *       "status": 401,
                     *       "code": "unauthorized",
                     *       "detail": "A valid token is needed."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:body_too_large",
                     *       "title": "The body is too large",
                     *       "status": 413,
                     *       "code": "body_too_large",
                     *       "detail": "The body is too large."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unsupported_media_type",
                     *       "title": "The body is not JSON",
                     *       "status": 415,
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body is not JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:internal",
                     *       "title": "Something went wrong in the server",
                     *       "status": 500,
                     *       "code": "internal",
                     *       "detail": "Something went wrong in the server."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The registry cannot answer now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unavailable",
                     *       "title": "The registry cannot answer now",
                     *       "status": 503,
                     *       "code": "unavailable",
                     *       "detail": "The registry cannot answer now."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteArtifact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                artifact: string;
                namespace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:invalid_request",
                     *       "title": "The request is not valid",
                     *       "status": 400,
                     *       "code": "invalid_request",
                     *       "detail": "The request is not valid."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unauthorized",
                     *       "title": "A valid token is needed",
                     *       "status": 401,
                     *       "code": "unauthorized",
                     *       "detail": "A valid token is needed."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `artifact_not_found`: There is no such artifact */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:artifact_not_found",
                     *       "title": "There is no such artifact",
                     *       "status": 404,
                     *       "code": "artifact_not_found",
                     *       "detail": "There is no such artifact."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:internal",
                     *       "title": "Something went wrong in the server",
                     *       "status": 500,
                     *       "code": "internal",
                     *       "detail": "Something went wrong in the server."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The registry cannot answer now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unavailable",
                     *       "title": "The registry cannot answer now",
                     *       "status": 503,
                     *       "code": "unavailable",
                     *       "detail": "The registry cannot answer now."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resolve: {
        parameters: {
            query?: {
                build?: string;
                channel?: string;
                /** @description Terraform's grammar: `= != > >= < <= ~>`, several by comma */
                constraint?: string;
                fingerprint?: string;
                /** @description `key=value`, repeatable */
                labels?: string[];
                /** @description What to do when the version is revoked; default `error` */
                on_revoked?: "error" | "warn" | "previous";
                platform?: string;
                /** @description Empty on platforms without regions */
                region?: string;
                type?: string;
                version?: number;
            };
            header?: never;
            path: {
                artifact: string;
                namespace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The version and what is left of it after the filters */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "artifact": "hashicorp/logstream",
                     *       "number": 7,
                     *       "semver": "1.4.0",
                     *       "fingerprint": "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11",
                     *       "description": "Web servers",
                     *       "created_at": "2026-01-31T12:00:01.000Z",
                     *       "completed_at": "2026-01-31T12:00:01.000Z",
                     *       "channel": "latest",
                     *       "external_id": "ami-0c2a4e5f6a7b8c9d0",
                     *       "images": [
                     *         {
                     *           "build": "amazon-ebs.web",
                     *           "artifact_type": "amazon.ami",
                     *           "platform": "aws",
                     *           "region": "us-east-1",
                     *           "external_id": "ami-0c2a4e5f6a7b8c9d0",
                     *           "source_image_id": "ami-0aaaaaaaaaaaaaaaa",
                     *           "labels": {
                     *             "arch": "x86_64"
                     *           }
                     *         }
                     *       ],
                     *       "files": [],
                     *       "builds": [
                     *         {
                     *           "name": "amazon-ebs.web",
                     *           "artifact_type": "amazon.ami",
                     *           "metadata": {
                     *             "commit": "4f2a9c1"
                     *           },
                     *           "labels": {
                     *             "os": "ubuntu-24.04"
                     *           }
                     *         }
                     *       ],
                     *       "metadata": {
                     *         "commit": "4f2a9c1"
                     *       },
                     *       "metadata_full": {
                     *         "commit": "4f2a9c1",
                     *         "region-us-east-1": "ami-0c2a4e5f6a7b8c9d0"
                     *       },
                     *       "labels": {
                     *         "team": "platform",
                     *         "os": "ubuntu-24.04"
                     *       },
                     *       "revocation": null,
                     *       "warnings": []
                     *     }
                     */
                    "application/json": components["schemas"]["Resolved"];
                };
            };
            /** @description It is what `If-None-Match` names */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:invalid_request",
                     *       "title": "The request is not valid",
                     *       "status": 400,
                     *       "code": "invalid_request",
                     *       "detail": "The request is not valid."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unauthorized",
                     *       "title": "A valid token is needed",
                     *       "status": 401,
                     *       "code": "unauthorized",
                     *       "detail": "A valid token is needed."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `artifact_not_found`: There is no such artifact; `version_not_found`: There is no such version; `channel_not_found`: There is no such channel; `channel_empty`: The channel points nowhere; `no_match`: The version has nothing for these filters */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:artifact_not_found",
                     *       "title": "There is no such artifact",
                     *       "status": 404,
                     *       "code": "artifact_not_found",
                     *       "detail": "There is no such artifact."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `ambiguous`: More than one image matches; `version_incomplete`: The version is not complete; `version_revoked`: The version is revoked */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:ambiguous",
                     *       "title": "More than one image matches",
                     *       "status": 409,
                     *       "code": "ambiguous",
                     *       "detail": "More than one image matches."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:internal",
                     *       "title": "Something went wrong in the server",
                     *       "status": 500,
                     *       "code": "internal",
                     *       "detail": "Something went wrong in the server."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The registry cannot answer now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unavailable",
                     *       "title": "The registry cannot answer now",
                     *       "status": 503,
                     *       "code": "unavailable",
                     *       "detail": "The registry cannot answer now."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listVersions: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before */
                cursor?: string;
                limit?: number;
                /** @description Without it: complete and incomplete versions */
                state?: "incomplete" | "complete" | "abandoned" | "expired";
            };
            header?: never;
            path: {
                artifact: string;
                namespace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of versions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "artifact": "hashicorp/logstream",
                     *           "state": "complete",
                     *           "number": 7,
                     *           "fingerprint": "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11",
                     *           "semver": "1.4.0",
                     *           "description": "Web servers",
                     *           "labels": {
                     *             "team": "platform"
                     *           },
                     *           "latest": true,
                     *           "expected_builds": [
                     *             "amazon-ebs.web"
                     *           ],
                     *           "missing_builds": [],
                     *           "builds": [
                     *             {
                     *               "name": "amazon-ebs.web",
                     *               "artifact_type": "amazon.ami",
                     *               "reported_at": "2026-01-31T12:00:01.000Z"
                     *             }
                     *           ],
                     *           "created_at": "2026-01-31T12:00:01.000Z",
                     *           "updated_at": "2026-01-31T12:00:01.000Z",
                     *           "completed_at": "2026-01-31T12:00:01.000Z",
                     *           "revocation": null,
                     *           "warnings": []
                     *         }
                     *       ],
                     *       "next_cursor": "eyJpZCI6N30"
                     *     }
                     */
                    "application/json": components["schemas"]["VersionPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:invalid_request",
                     *       "title": "The request is not valid",
                     *       "status": 400,
                     *       "code": "invalid_request",
                     *       "detail": "The request is not valid."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unauthorized",
                     *       "title": "A valid token is needed",
                     *       "status": 401,
                     *       "code": "unauthorized",
                     *       "detail": "A valid token is needed."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `artifact_not_found`: There is no such artifact */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:artifact_not_found",
                     *       "title": "There is no such artifact",
                     *       "status": 404,
                     *       "code": "artifact_not_found",
                     *       "detail": "There is no such artifact."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:internal",
                     *       "title": "Something went wrong in the server",
                     *       "status": 500,
                     *       "code": "internal",
                     *       "detail": "Something went wrong in the server."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The registry cannot answer now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unavailable",
                     *       "title": "The registry cannot answer now",
                     *       "status": 503,
                     *       "code": "unavailable",
                     *       "detail": "The registry cannot answer now."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    publishVersion: {
        parameters: {
            query?: never;
            header?: {
                /** @description The fingerprint, when the body has none */
                "idempotency-key"?: string;
            };
            path: {
                artifact: string;
                namespace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "fingerprint": "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11",
                 *       "semver": "1.4.0",
                 *       "description": "Web servers",
                 *       "labels": {
                 *         "team": "platform"
                 *       },
                 *       "builds": [
                 *         {
                 *           "name": "amazon-ebs.web",
                 *           "artifact_type": "amazon.ami",
                 *           "metadata": {
                 *             "commit": "4f2a9c1"
                 *           },
                 *           "labels": {
                 *             "os": "ubuntu-24.04"
                 *           },
                 *           "images": [
                 *             {
                 *               "platform": "aws",
                 *               "region": "us-east-1",
                 *               "external_id": "ami-0c2a4e5f6a7b8c9d0",
                 *               "source_image_id": "ami-0aaaaaaaaaaaaaaaa",
                 *               "labels": {
                 *                 "arch": "x86_64"
                 *               }
                 *             }
                 *           ],
                 *           "parents": [
                 *             {
                 *               "artifact": "hashicorp/base",
                 *               "version": 12
                 *             }
                 *           ],
                 *           "provenance": {
                 *             "packer_version": "1.16.0",
                 *             "git_dirty": false
                 *           },
                 *           "started_at": "2026-01-31T11:52:00.000Z",
                 *           "ended_at": "2026-01-31T12:00:00.000Z"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["Publish"];
            };
        };
        responses: {
            /** @description The version was there already */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "artifact": "hashicorp/logstream",
                     *       "state": "incomplete",
                     *       "number": null,
                     *       "fingerprint": "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11",
                     *       "semver": "1.4.0",
                     *       "description": "Web servers",
                     *       "labels": {
                     *         "team": "platform"
                     *       },
                     *       "latest": true,
                     *       "expected_builds": [
                     *         "amazon-ebs.web",
                     *         "docker.web"
                     *       ],
                     *       "missing_builds": [
                     *         "docker.web"
                     *       ],
                     *       "builds": [
                     *         {
                     *           "name": "amazon-ebs.web",
                     *           "files": [],
                     *           "reported_at": "2026-01-31T12:00:01.000Z",
                     *           "artifact_type": "amazon.ami",
                     *           "metadata": {
                     *             "commit": "4f2a9c1"
                     *           },
                     *           "labels": {
                     *             "os": "ubuntu-24.04"
                     *           },
                     *           "images": [
                     *             {
                     *               "platform": "aws",
                     *               "region": "us-east-1",
                     *               "external_id": "ami-0c2a4e5f6a7b8c9d0",
                     *               "source_image_id": "ami-0aaaaaaaaaaaaaaaa",
                     *               "labels": {
                     *                 "arch": "x86_64"
                     *               }
                     *             }
                     *           ],
                     *           "parents": [
                     *             {
                     *               "artifact": "hashicorp/base",
                     *               "version": 12
                     *             }
                     *           ],
                     *           "provenance": {
                     *             "packer_version": "1.16.0",
                     *             "git_dirty": false
                     *           },
                     *           "started_at": "2026-01-31T11:52:00.000Z",
                     *           "ended_at": "2026-01-31T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "created_at": "2026-01-31T12:00:01.000Z",
                     *       "updated_at": "2026-01-31T12:00:01.000Z",
                     *       "completed_at": null,
                     *       "revocation": null,
                     *       "warnings": []
                     *     }
                     */
                    "application/json": components["schemas"]["Version"];
                };
            };
            /** @description The version was created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "artifact": "hashicorp/logstream",
                     *       "state": "complete",
                     *       "number": 7,
                     *       "fingerprint": "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11",
                     *       "semver": "1.4.0",
                     *       "description": "Web servers",
                     *       "labels": {
                     *         "team": "platform"
                     *       },
                     *       "latest": true,
                     *       "expected_builds": [
                     *         "amazon-ebs.web"
                     *       ],
                     *       "missing_builds": [],
                     *       "builds": [
                     *         {
                     *           "name": "amazon-ebs.web",
                     *           "files": [],
                     *           "reported_at": "2026-01-31T12:00:01.000Z",
                     *           "artifact_type": "amazon.ami",
                     *           "metadata": {
                     *             "commit": "4f2a9c1"
                     *           },
                     *           "labels": {
                     *             "os": "ubuntu-24.04"
                     *           },
                     *           "images": [
                     *             {
                     *               "platform": "aws",
                     *               "region": "us-east-1",
                     *               "external_id": "ami-0c2a4e5f6a7b8c9d0",
                     *               "source_image_id": "ami-0aaaaaaaaaaaaaaaa",
                     *               "labels": {
                     *                 "arch": "x86_64"
                     *               }
                     *             }
                     *           ],
                     *           "parents": [
                     *             {
                     *               "artifact": "hashicorp/base",
                     *               "version": 12
                     *             }
                     *           ],
                     *           "provenance": {
                     *             "packer_version": "1.16.0",
                     *             "git_dirty": false
                     *           },
                     *           "started_at": "2026-01-31T11:52:00.000Z",
                     *           "ended_at": "2026-01-31T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "created_at": "2026-01-31T12:00:01.000Z",
                     *       "updated_at": "2026-01-31T12:00:01.000Z",
                     *       "completed_at": "2026-01-31T12:00:01.000Z",
                     *       "revocation": null,
                     *       "warnings": []
                     *     }
                     */
                    "application/json": components["schemas"]["Version"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:invalid_request",
                     *       "title": "The request is not valid",
                     *       "status": 400,
                     *       "code": "invalid_request",
                     *       "detail": "The request is not valid."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unauthorized",
                     *       "title": "A valid token is needed",
                     *       "status": 401,
                     *       "code": "unauthorized",
                     *       "detail": "A valid token is needed."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `version_complete`: The version is complete and cannot change; `version_differs`: The version was opened with another value; `build_unexpected`: The version does not expect this build */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:version_complete",
                     *       "title": "The version is complete and cannot change",
                     *       "status": 409,
                     *       "code": "version_complete",
                     *       "detail": "The version is complete and cannot change."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:body_too_large",
                     *       "title": "The body is too large",
                     *       "status": 413,
                     *       "code": "body_too_large",
                     *       "detail": "The body is too large."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unsupported_media_type",
                     *       "title": "The body is not JSON",
                     *       "status": 415,
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body is not JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:internal",
                     *       "title": "Something went wrong in the server",
                     *       "status": 500,
                     *       "code": "internal",
                     *       "detail": "Something went wrong in the server."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The registry cannot answer now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unavailable",
                     *       "title": "The registry cannot answer now",
                     *       "status": 503,
                     *       "code": "unavailable",
                     *       "detail": "The registry cannot answer now."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                artifact: string;
                namespace: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The version */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "artifact": "hashicorp/logstream",
                     *       "state": "complete",
                     *       "number": 7,
                     *       "fingerprint": "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11",
                     *       "semver": "1.4.0",
                     *       "description": "Web servers",
                     *       "labels": {
                     *         "team": "platform"
                     *       },
                     *       "latest": true,
                     *       "expected_builds": [
                     *         "amazon-ebs.web"
                     *       ],
                     *       "missing_builds": [],
                     *       "builds": [
                     *         {
                     *           "name": "amazon-ebs.web",
                     *           "files": [],
                     *           "reported_at": "2026-01-31T12:00:01.000Z",
                     *           "artifact_type": "amazon.ami",
                     *           "metadata": {
                     *             "commit": "4f2a9c1"
                     *           },
                     *           "labels": {
                     *             "os": "ubuntu-24.04"
                     *           },
                     *           "images": [
                     *             {
                     *               "platform": "aws",
                     *               "region": "us-east-1",
                     *               "external_id": "ami-0c2a4e5f6a7b8c9d0",
                     *               "source_image_id": "ami-0aaaaaaaaaaaaaaaa",
                     *               "labels": {
                     *                 "arch": "x86_64"
                     *               }
                     *             }
                     *           ],
                     *           "parents": [
                     *             {
                     *               "artifact": "hashicorp/base",
                     *               "version": 12
                     *             }
                     *           ],
                     *           "provenance": {
                     *             "packer_version": "1.16.0",
                     *             "git_dirty": false
                     *           },
                     *           "started_at": "2026-01-31T11:52:00.000Z",
                     *           "ended_at": "2026-01-31T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "created_at": "2026-01-31T12:00:01.000Z",
                     *       "updated_at": "2026-01-31T12:00:01.000Z",
                     *       "completed_at": "2026-01-31T12:00:01.000Z",
                     *       "revocation": null,
                     *       "warnings": []
                     *     }
                     */
                    "application/json": components["schemas"]["Version"];
                };
            };
            /** @description It is what `If-None-Match` names */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:invalid_request",
                     *       "title": "The request is not valid",
                     *       "status": 400,
                     *       "code": "invalid_request",
                     *       "detail": "The request is not valid."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unauthorized",
                     *       "title": "A valid token is needed",
                     *       "status": 401,
                     *       "code": "unauthorized",
                     *       "detail": "A valid token is needed."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `artifact_not_found`: There is no such artifact; `version_not_found`: There is no such version */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:artifact_not_found",
                     *       "title": "There is no such artifact",
                     *       "status": 404,
                     *       "code": "artifact_not_found",
                     *       "detail": "There is no such artifact."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:internal",
                     *       "title": "Something went wrong in the server",
                     *       "status": 500,
                     *       "code": "internal",
                     *       "detail": "Something went wrong in the server."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The registry cannot answer now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unavailable",
                     *       "title": "The registry cannot answer now",
                     *       "status": 503,
                     *       "code": "unavailable",
                     *       "detail": "The registry cannot answer now."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteVersion: {
        parameters: {
            query?: {
                reason?: string;
            };
            header?: never;
            path: {
                artifact: string;
                namespace: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The version, abandoned */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "artifact": "hashicorp/logstream",
                     *       "state": "abandoned",
                     *       "number": null,
                     *       "fingerprint": "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11",
                     *       "semver": "1.4.0",
                     *       "description": "Web servers",
                     *       "labels": {
                     *         "team": "platform"
                     *       },
                     *       "latest": true,
                     *       "expected_builds": [
                     *         "amazon-ebs.web",
                     *         "docker.web"
                     *       ],
                     *       "missing_builds": [
                     *         "docker.web"
                     *       ],
                     *       "builds": [
                     *         {
                     *           "name": "amazon-ebs.web",
                     *           "files": [],
                     *           "reported_at": "2026-01-31T12:00:01.000Z",
                     *           "artifact_type": "amazon.ami",
                     *           "metadata": {
                     *             "commit": "4f2a9c1"
                     *           },
                     *           "labels": {
                     *             "os": "ubuntu-24.04"
                     *           },
                     *           "images": [
                     *             {
                     *               "platform": "aws",
                     *               "region": "us-east-1",
                     *               "external_id": "ami-0c2a4e5f6a7b8c9d0",
                     *               "source_image_id": "ami-0aaaaaaaaaaaaaaaa",
                     *               "labels": {
                     *                 "arch": "x86_64"
                     *               }
                     *             }
                     *           ],
                     *           "parents": [
                     *             {
                     *               "artifact": "hashicorp/base",
                     *               "version": 12
                     *             }
                     *           ],
                     *           "provenance": {
                     *             "packer_version": "1.16.0",
                     *             "git_dirty": false
                     *           },
                     *           "started_at": "2026-01-31T11:52:00.000Z",
                     *           "ended_at": "2026-01-31T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "created_at": "2026-01-31T12:00:01.000Z",
                     *       "updated_at": "2026-01-31T12:00:01.000Z",
                     *       "completed_at": null,
                     *       "revocation": null,
                     *       "warnings": []
                     *     }
                     */
                    "application/json": components["schemas"]["Version"];
                };
            };
            /** @description The complete version is gone; its number is never given again */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:invalid_request",
                     *       "title": "The request is not valid",
                     *       "status": 400,
                     *       "code": "invalid_request",
                     *       "detail": "The request is not valid."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unauthorized",
                     *       "title": "A valid token is needed",
                     *       "status": 401,
                     *       "code": "unauthorized",
                     *       "detail": "A valid token is needed."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `artifact_not_found`: There is no such artifact; `version_not_found`: There is no such version */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:artifact_not_found",
                     *       "title": "There is no such artifact",
                     *       "status": 404,
                     *       "code": "artifact_not_found",
                     *       "detail": "There is no such artifact."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:internal",
                     *       "title": "Something went wrong in the server",
                     *       "status": 500,
                     *       "code": "internal",
                     *       "detail": "Something went wrong in the server."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The registry cannot answer now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unavailable",
                     *       "title": "The registry cannot answer now",
                     *       "status": 503,
                     *       "code": "unavailable",
                     *       "detail": "The registry cannot answer now."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                artifact: string;
                namespace: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "description": "Web servers, rebuilt",
                 *       "labels": {
                 *         "team": "web"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["VersionChange"];
            };
        };
        responses: {
            /** @description The version as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "artifact": "hashicorp/logstream",
                     *       "state": "complete",
                     *       "number": 7,
                     *       "fingerprint": "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11",
                     *       "semver": "1.4.0",
                     *       "description": "Web servers",
                     *       "labels": {
                     *         "team": "platform"
                     *       },
                     *       "latest": true,
                     *       "expected_builds": [
                     *         "amazon-ebs.web"
                     *       ],
                     *       "missing_builds": [],
                     *       "builds": [
                     *         {
                     *           "name": "amazon-ebs.web",
                     *           "files": [],
                     *           "reported_at": "2026-01-31T12:00:01.000Z",
                     *           "artifact_type": "amazon.ami",
                     *           "metadata": {
                     *             "commit": "4f2a9c1"
                     *           },
                     *           "labels": {
                     *             "os": "ubuntu-24.04"
                     *           },
                     *           "images": [
                     *             {
                     *               "platform": "aws",
                     *               "region": "us-east-1",
                     *               "external_id": "ami-0c2a4e5f6a7b8c9d0",
                     *               "source_image_id": "ami-0aaaaaaaaaaaaaaaa",
                     *               "labels": {
                     *                 "arch": "x86_64"
                     *               }
                     *             }
                     *           ],
                     *           "parents": [
                     *             {
                     *               "artifact": "hashicorp/base",
                     *               "version": 12
                     *             }
                     *           ],
                     *           "provenance": {
                     *             "packer_version": "1.16.0",
                     *             "git_dirty": false
                     *           },
                     *           "started_at": "2026-01-31T11:52:00.000Z",
                     *           "ended_at": "2026-01-31T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "created_at": "2026-01-31T12:00:01.000Z",
                     *       "updated_at": "2026-01-31T12:00:01.000Z",
                     *       "completed_at": "2026-01-31T12:00:01.000Z",
                     *       "revocation": null,
                     *       "warnings": []
                     *     }
                     */
                    "application/json": components["schemas"]["Version"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:invalid_request",
                     *       "title": "The request is not valid",
                     *       "status": 400,
                     *       "code": "invalid_request",
                     *       "detail": "The request is not valid."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unauthorized",
                     *       "title": "A valid token is needed",
                     *       "status": 401,
                     *       "code": "unauthorized",
                     *       "detail": "A valid token is needed."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `artifact_not_found`: There is no such artifact; `version_not_found`: There is no such version */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:artifact_not_found",
                     *       "title": "There is no such artifact",
                     *       "status": 404,
                     *       "code": "artifact_not_found",
                     *       "detail": "There is no such artifact."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:body_too_large",
                     *       "title": "The body is too large",
                     *       "status": 413,
                     *       "code": "body_too_large",
                     *       "detail": "The body is too large."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unsupported_media_type",
                     *       "title": "The body is not JSON",
                     *       "status": 415,
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body is not JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:internal",
                     *       "title": "Something went wrong in the server",
                     *       "status": 500,
                     *       "code": "internal",
                     *       "detail": "Something went wrong in the server."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The registry cannot answer now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unavailable",
                     *       "title": "The registry cannot answer now",
                     *       "status": 503,
                     *       "code": "unavailable",
                     *       "detail": "The registry cannot answer now."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBuild: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                artifact: string;
                build: string;
                namespace: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The build */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "name": "amazon-ebs.web",
                     *       "files": [],
                     *       "reported_at": "2026-01-31T12:00:01.000Z",
                     *       "artifact_type": "amazon.ami",
                     *       "metadata": {
                     *         "commit": "4f2a9c1"
                     *       },
                     *       "labels": {
                     *         "os": "ubuntu-24.04"
                     *       },
                     *       "images": [
                     *         {
                     *           "platform": "aws",
                     *           "region": "us-east-1",
                     *           "external_id": "ami-0c2a4e5f6a7b8c9d0",
                     *           "source_image_id": "ami-0aaaaaaaaaaaaaaaa",
                     *           "labels": {
                     *             "arch": "x86_64"
                     *           }
                     *         }
                     *       ],
                     *       "parents": [
                     *         {
                     *           "artifact": "hashicorp/base",
                     *           "version": 12
                     *         }
                     *       ],
                     *       "provenance": {
                     *         "packer_version": "1.16.0",
                     *         "git_dirty": false
                     *       },
                     *       "started_at": "2026-01-31T11:52:00.000Z",
                     *       "ended_at": "2026-01-31T12:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Build"];
                };
            };
            /** @description It is what `If-None-Match` names */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:invalid_request",
                     *       "title": "The request is not valid",
                     *       "status": 400,
                     *       "code": "invalid_request",
                     *       "detail": "The request is not valid."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unauthorized",
                     *       "title": "A valid token is needed",
                     *       "status": 401,
                     *       "code": "unauthorized",
                     *       "detail": "A valid token is needed."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `artifact_not_found`: There is no such artifact; `version_not_found`: There is no such version; `build_not_found`: There is no such build */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:artifact_not_found",
                     *       "title": "There is no such artifact",
                     *       "status": 404,
                     *       "code": "artifact_not_found",
                     *       "detail": "There is no such artifact."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:internal",
                     *       "title": "Something went wrong in the server",
                     *       "status": 500,
                     *       "code": "internal",
                     *       "detail": "Something went wrong in the server."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The registry cannot answer now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unavailable",
                     *       "title": "The registry cannot answer now",
                     *       "status": 503,
                     *       "code": "unavailable",
                     *       "detail": "The registry cannot answer now."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reportBuild: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                artifact: string;
                build: string;
                namespace: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "artifact_type": "amazon.ami",
                 *       "metadata": {
                 *         "commit": "4f2a9c1"
                 *       },
                 *       "labels": {
                 *         "os": "ubuntu-24.04"
                 *       },
                 *       "images": [
                 *         {
                 *           "platform": "aws",
                 *           "region": "us-east-1",
                 *           "external_id": "ami-0c2a4e5f6a7b8c9d0",
                 *           "source_image_id": "ami-0aaaaaaaaaaaaaaaa",
                 *           "labels": {
                 *             "arch": "x86_64"
                 *           }
                 *         }
                 *       ],
                 *       "parents": [
                 *         {
                 *           "artifact": "hashicorp/base",
                 *           "version": 12
                 *         }
                 *       ],
                 *       "provenance": {
                 *         "packer_version": "1.16.0",
                 *         "git_dirty": false
                 *       },
                 *       "started_at": "2026-01-31T11:52:00.000Z",
                 *       "ended_at": "2026-01-31T12:00:00.000Z"
                 *     }
                 */
                "application/json": components["schemas"]["BuildReport"];
            };
        };
        responses: {
            /** @description The build is recorded */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "build": {
                     *         "name": "amazon-ebs.web",
                     *         "files": [],
                     *         "reported_at": "2026-01-31T12:00:01.000Z",
                     *         "artifact_type": "amazon.ami",
                     *         "metadata": {
                     *           "commit": "4f2a9c1"
                     *         },
                     *         "labels": {
                     *           "os": "ubuntu-24.04"
                     *         },
                     *         "images": [
                     *           {
                     *             "platform": "aws",
                     *             "region": "us-east-1",
                     *             "external_id": "ami-0c2a4e5f6a7b8c9d0",
                     *             "source_image_id": "ami-0aaaaaaaaaaaaaaaa",
                     *             "labels": {
                     *               "arch": "x86_64"
                     *             }
                     *           }
                     *         ],
                     *         "parents": [
                     *           {
                     *             "artifact": "hashicorp/base",
                     *             "version": 12
                     *           }
                     *         ],
                     *         "provenance": {
                     *           "packer_version": "1.16.0",
                     *           "git_dirty": false
                     *         },
                     *         "started_at": "2026-01-31T11:52:00.000Z",
                     *         "ended_at": "2026-01-31T12:00:00.000Z"
                     *       },
                     *       "version": {
                     *         "artifact": "hashicorp/logstream",
                     *         "state": "complete",
                     *         "number": 7,
                     *         "fingerprint": "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11",
                     *         "semver": "1.4.0",
                     *         "description": "Web servers",
                     *         "labels": {
                     *           "team": "platform"
                     *         },
                     *         "latest": true,
                     *         "expected_builds": [
                     *           "amazon-ebs.web"
                     *         ],
                     *         "missing_builds": [],
                     *         "builds": [
                     *           {
                     *             "name": "amazon-ebs.web",
                     *             "files": [],
                     *             "reported_at": "2026-01-31T12:00:01.000Z",
                     *             "artifact_type": "amazon.ami",
                     *             "metadata": {
                     *               "commit": "4f2a9c1"
                     *             },
                     *             "labels": {
                     *               "os": "ubuntu-24.04"
                     *             },
                     *             "images": [
                     *               {
                     *                 "platform": "aws",
                     *                 "region": "us-east-1",
                     *                 "external_id": "ami-0c2a4e5f6a7b8c9d0",
                     *                 "source_image_id": "ami-0aaaaaaaaaaaaaaaa",
                     *                 "labels": {
                     *                   "arch": "x86_64"
                     *                 }
                     *               }
                     *             ],
                     *             "parents": [
                     *               {
                     *                 "artifact": "hashicorp/base",
                     *                 "version": 12
                     *               }
                     *             ],
                     *             "provenance": {
                     *               "packer_version": "1.16.0",
                     *               "git_dirty": false
                     *             },
                     *             "started_at": "2026-01-31T11:52:00.000Z",
                     *             "ended_at": "2026-01-31T12:00:00.000Z"
                     *           }
                     *         ],
                     *         "created_at": "2026-01-31T12:00:01.000Z",
                     *         "updated_at": "2026-01-31T12:00:01.000Z",
                     *         "completed_at": "2026-01-31T12:00:01.000Z",
                     *         "revocation": null,
                     *         "warnings": []
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["BuildReported"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:invalid_request",
                     *       "title": "The request is not valid",
                     *       "status": 400,
                     *       "code": "invalid_request",
                     *       "detail": "The request is not valid."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unauthorized",
                     *       "title": "A valid token is needed",
                     *       "status": 401,
                     *       "code": "unauthorized",
                     *       "detail": "A valid token is needed."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `artifact_not_found`: There is no such artifact; `version_not_found`: There is no such version */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:artifact_not_found",
                     *       "title": "There is no such artifact",
                     *       "status": 404,
                     *       "code": "artifact_not_found",
                     *       "detail": "There is no such artifact."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `version_complete`: The version is complete and cannot change; `build_unexpected`: The version does not expect this build */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:version_complete",
                     *       "title": "The version is complete and cannot change",
                     *       "status": 409,
                     *       "code": "version_complete",
                     *       "detail": "The version is complete and cannot change."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:body_too_large",
                     *       "title": "The body is too large",
                     *       "status": 413,
                     *       "code": "body_too_large",
                     *       "detail": "The body is too large."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unsupported_media_type",
                     *       "title": "The body is not JSON",
                     *       "status": 415,
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body is not JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:internal",
                     *       "title": "Something went wrong in the server",
                     *       "status": 500,
                     *       "code": "internal",
                     *       "detail": "Something went wrong in the server."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The registry cannot answer now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unavailable",
                     *       "title": "The registry cannot answer now",
                     *       "status": 503,
                     *       "code": "unavailable",
                     *       "detail": "The registry cannot answer now."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    completeVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                artifact: string;
                namespace: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "the qemu builder is broken"
                 *     }
                 */
                "application/json": components["schemas"]["Complete"];
            };
        };
        responses: {
            /** @description The complete version */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "artifact": "hashicorp/logstream",
                     *       "state": "complete",
                     *       "number": 7,
                     *       "fingerprint": "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11",
                     *       "semver": "1.4.0",
                     *       "description": "Web servers",
                     *       "labels": {
                     *         "team": "platform"
                     *       },
                     *       "latest": true,
                     *       "expected_builds": [
                     *         "amazon-ebs.web"
                     *       ],
                     *       "missing_builds": [],
                     *       "builds": [
                     *         {
                     *           "name": "amazon-ebs.web",
                     *           "files": [],
                     *           "reported_at": "2026-01-31T12:00:01.000Z",
                     *           "artifact_type": "amazon.ami",
                     *           "metadata": {
                     *             "commit": "4f2a9c1"
                     *           },
                     *           "labels": {
                     *             "os": "ubuntu-24.04"
                     *           },
                     *           "images": [
                     *             {
                     *               "platform": "aws",
                     *               "region": "us-east-1",
                     *               "external_id": "ami-0c2a4e5f6a7b8c9d0",
                     *               "source_image_id": "ami-0aaaaaaaaaaaaaaaa",
                     *               "labels": {
                     *                 "arch": "x86_64"
                     *               }
                     *             }
                     *           ],
                     *           "parents": [
                     *             {
                     *               "artifact": "hashicorp/base",
                     *               "version": 12
                     *             }
                     *           ],
                     *           "provenance": {
                     *             "packer_version": "1.16.0",
                     *             "git_dirty": false
                     *           },
                     *           "started_at": "2026-01-31T11:52:00.000Z",
                     *           "ended_at": "2026-01-31T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "created_at": "2026-01-31T12:00:01.000Z",
                     *       "updated_at": "2026-01-31T12:00:01.000Z",
                     *       "completed_at": "2026-01-31T12:00:01.000Z",
                     *       "revocation": null,
                     *       "warnings": []
                     *     }
                     */
                    "application/json": components["schemas"]["Version"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:invalid_request",
                     *       "title": "The request is not valid",
                     *       "status": 400,
                     *       "code": "invalid_request",
                     *       "detail": "The request is not valid."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unauthorized",
                     *       "title": "A valid token is needed",
                     *       "status": 401,
                     *       "code": "unauthorized",
                     *       "detail": "A valid token is needed."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `artifact_not_found`: There is no such artifact; `version_not_found`: There is no such version */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:artifact_not_found",
                     *       "title": "There is no such artifact",
                     *       "status": 404,
                     *       "code": "artifact_not_found",
                     *       "detail": "There is no such artifact."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `version_incomplete`: The version is not complete */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:version_incomplete",
                     *       "title": "The version is not complete",
                     *       "status": 409,
                     *       "code": "version_incomplete",
                     *       "detail": "The version is not complete."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:body_too_large",
                     *       "title": "The body is too large",
                     *       "status": 413,
                     *       "code": "body_too_large",
                     *       "detail": "The body is too large."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unsupported_media_type",
                     *       "title": "The body is not JSON",
                     *       "status": 415,
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body is not JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:internal",
                     *       "title": "Something went wrong in the server",
                     *       "status": 500,
                     *       "code": "internal",
                     *       "detail": "Something went wrong in the server."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The registry cannot answer now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unavailable",
                     *       "title": "The registry cannot answer now",
                     *       "status": 503,
                     *       "code": "unavailable",
                     *       "detail": "The registry cannot answer now."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    findImages: {
        parameters: {
            query: {
                /** @description `next_cursor` of the page before */
                cursor?: string;
                external_id: string;
                limit?: number;
                platform?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of images */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "artifact": "hashicorp/logstream",
                     *           "number": 7,
                     *           "fingerprint": "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11",
                     *           "state": "complete",
                     *           "build": "amazon-ebs.web",
                     *           "artifact_type": "amazon.ami",
                     *           "image": {
                     *             "platform": "aws",
                     *             "region": "us-east-1",
                     *             "external_id": "ami-0c2a4e5f6a7b8c9d0",
                     *             "source_image_id": null,
                     *             "labels": {}
                     *           }
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["ImagePage"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:invalid_request",
                     *       "title": "The request is not valid",
                     *       "status": 400,
                     *       "code": "invalid_request",
                     *       "detail": "The request is not valid."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unauthorized",
                     *       "title": "A valid token is needed",
                     *       "status": 401,
                     *       "code": "unauthorized",
                     *       "detail": "A valid token is needed."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:internal",
                     *       "title": "Something went wrong in the server",
                     *       "status": 500,
                     *       "code": "internal",
                     *       "detail": "Something went wrong in the server."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The registry cannot answer now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unavailable",
                     *       "title": "The registry cannot answer now",
                     *       "status": 503,
                     *       "code": "unavailable",
                     *       "detail": "The registry cannot answer now."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resolveMany: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "queries": [
                 *         {
                 *           "artifact": "hashicorp/logstream",
                 *           "region": "us-east-1"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["ResolveMany"];
            };
        };
        responses: {
            /** @description One result per query */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "results": [
                     *         {
                     *           "resolved": {
                     *             "artifact": "hashicorp/logstream",
                     *             "number": 7,
                     *             "semver": "1.4.0",
                     *             "fingerprint": "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11",
                     *             "description": "Web servers",
                     *             "created_at": "2026-01-31T12:00:01.000Z",
                     *             "completed_at": "2026-01-31T12:00:01.000Z",
                     *             "channel": "latest",
                     *             "external_id": "ami-0c2a4e5f6a7b8c9d0",
                     *             "images": [
                     *               {
                     *                 "build": "amazon-ebs.web",
                     *                 "artifact_type": "amazon.ami",
                     *                 "platform": "aws",
                     *                 "region": "us-east-1",
                     *                 "external_id": "ami-0c2a4e5f6a7b8c9d0",
                     *                 "source_image_id": "ami-0aaaaaaaaaaaaaaaa",
                     *                 "labels": {
                     *                   "arch": "x86_64"
                     *                 }
                     *               }
                     *             ],
                     *             "files": [],
                     *             "builds": [
                     *               {
                     *                 "name": "amazon-ebs.web",
                     *                 "artifact_type": "amazon.ami",
                     *                 "metadata": {
                     *                   "commit": "4f2a9c1"
                     *                 },
                     *                 "labels": {
                     *                   "os": "ubuntu-24.04"
                     *                 }
                     *               }
                     *             ],
                     *             "metadata": {
                     *               "commit": "4f2a9c1"
                     *             },
                     *             "metadata_full": {
                     *               "commit": "4f2a9c1",
                     *               "region-us-east-1": "ami-0c2a4e5f6a7b8c9d0"
                     *             },
                     *             "labels": {
                     *               "team": "platform",
                     *               "os": "ubuntu-24.04"
                     *             },
                     *             "revocation": null,
                     *             "warnings": []
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ResolveResults"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:invalid_request",
                     *       "title": "The request is not valid",
                     *       "status": 400,
                     *       "code": "invalid_request",
                     *       "detail": "The request is not valid."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unauthorized",
                     *       "title": "A valid token is needed",
                     *       "status": 401,
                     *       "code": "unauthorized",
                     *       "detail": "A valid token is needed."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:body_too_large",
                     *       "title": "The body is too large",
                     *       "status": 413,
                     *       "code": "body_too_large",
                     *       "detail": "The body is too large."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unsupported_media_type",
                     *       "title": "The body is not JSON",
                     *       "status": 415,
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body is not JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:internal",
                     *       "title": "Something went wrong in the server",
                     *       "status": 500,
                     *       "code": "internal",
                     *       "detail": "Something went wrong in the server."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The registry cannot answer now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:waybill:problem:unavailable",
                     *       "title": "The registry cannot answer now",
                     *       "status": 503,
                     *       "code": "unavailable",
                     *       "detail": "The registry cannot answer now."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
