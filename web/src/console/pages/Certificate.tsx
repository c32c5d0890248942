import { Trans, useLingui } from '@lingui/react/macro';
import { Download } from 'lucide-react';
import { apiUrl } from '@/api/client';
import { Card, PageHead } from '@/ui/Layout';
import { Note } from '@/ui/Status';

export default function Certificate() {
  const { t } = useLingui();
  const secure = window.isSecureContext;
  return (
    <>
      <PageHead title={t`Certificate`} help={t`Why browsers warn, and how to end it for good.`} />
      <div className="grid max-w-3xl gap-4">
        {secure ? (
          <Note kind="good" title={t`This page is open over a secure connection`}>
            <Trans>Microphone and camera can be used here.</Trans>
          </Note>
        ) : (
          <Note kind="warning" title={t`This page is open over plain http`}>
            <Trans>Browsers give pages the microphone only over https. Monitors and panels must be opened by the https address.</Trans>
          </Note>
        )}
        <Card title={t`The station's root certificate`} bodyClassName="grid gap-4 text-sm">
          <p className="text-pretty">
            <Trans>
              At its first start this station made a certificate authority of its own and signed its certificate with it. No company is asked and nothing leaves the house, but browsers do not know it yet and warn. Install the root certificate once on each device, and the
              warning is gone.
            </Trans>
          </p>
          <a href={apiUrl('/certificate/root.pem')} download="lintel-root.pem" className="inline-flex min-h-12 items-center gap-2 justify-self-start rounded-lg bg-accent px-5 font-medium text-on-accent hover:bg-accent-strong">
            <Download aria-hidden className="size-5" />
            <Trans>Download the root certificate</Trans>
          </a>
        </Card>
        <Card title={t`How to install it`} bodyClassName="grid gap-2 text-sm">
          <Steps name="Android">
            <li><Trans>Open the downloaded file, or Settings, Security, Encryption and credentials, Install a certificate, CA certificate.</Trans></li>
            <li><Trans>Confirm. Then open the station's https address again.</Trans></li>
          </Steps>
          <Steps name="iPhone, iPad">
            <li><Trans>Open the file in Safari and allow the profile to be downloaded.</Trans></li>
            <li><Trans>Settings, General, VPN and device management: install the profile.</Trans></li>
            <li><Trans>Settings, General, About, Certificate trust settings: switch it on.</Trans></li>
          </Steps>
          <Steps name="Windows">
            <li><Trans>Open the file, Install certificate, Local machine, and choose “Trusted root certification authorities”.</Trans></li>
          </Steps>
          <Steps name="macOS">
            <li><Trans>Open the file: it goes to Keychain Access. Set it there to “Always trust”.</Trans></li>
          </Steps>
          <Steps name="Linux, ChromeOS, Firefox">
            <li><Trans>In the browser's settings, look for certificates, Authorities, Import, and allow it to identify websites.</Trans></li>
          </Steps>
        </Card>
        <p className="text-sm text-soft">
          <Trans>Only install a root certificate that you downloaded yourself at the station's own network: who holds it can speak for the station.</Trans>
        </p>
      </div>
    </>
  );
}

function Steps({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <details className="hairline rounded-xl px-4 py-3">
      <summary className="font-medium">{name}</summary>
      <ol className="mt-2 list-decimal space-y-1 pl-5 text-soft">{children}</ol>
    </details>
  );
}
