/** A stack that takes the image of a channel, and another one when somebody promotes a newer version. */
import { DataWaybillArtifact } from "@waybill/provider-cdktn/lib/data-waybill-artifact";
import { WaybillProvider } from "@waybill/provider-cdktn/lib/provider";
import { App, TerraformOutput, TerraformStack } from "cdktn";
import type { Construct } from "constructs";

class WebStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new WaybillProvider(this, "waybill", { namespace: "hashicorp" });
    const web = new DataWaybillArtifact(this, "web", {
      name: "web",
      channel: "production",
      region: "us-east-1",
    });
    // In place of this, an aws_instance with `ami: web.externalId`.
    new TerraformOutput(this, "image", { value: web.externalId });
    new TerraformOutput(this, "commit", { value: web.metadata.lookup("commit") });
  }
}

const app = new App();
new WebStack(app, "web");
app.synth();
