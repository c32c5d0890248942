import { Trans } from '@lingui/react/macro';
import { Component, type ReactNode, Suspense, lazy } from 'react';
import { Link, Route, Switch } from 'wouter';
import { piece } from '@/shared/piece';
import { Button } from '@/ui/Button';
import { PageHead, Skeleton } from '@/ui/Layout';
import { Note } from '@/ui/Status';
import { Overview } from './pages/Overview';

const Live = lazy(() => piece(() => import('./pages/Live')));
const Journal = lazy(() => piece(() => import('./pages/Journal')));
const Rooms = lazy(() => piece(() => import('./pages/Rooms')));
const Monitors = lazy(() => piece(() => import('./pages/Monitors')));
const Stations = lazy(() => piece(() => import('./pages/Stations')));
const Doors = lazy(() => piece(() => import('./pages/Doors')));
const Codes = lazy(() => piece(() => import('./pages/Codes')));
const Cards = lazy(() => piece(() => import('./pages/Cards')));
const Settings = lazy(() => piece(() => import('./pages/Settings')));
const Hardware = lazy(() => piece(() => import('./pages/Hardware')));
const Accounts = lazy(() => piece(() => import('./pages/Accounts')));
const Machines = lazy(() => piece(() => import('./pages/Machines')));
const Certificate = lazy(() => piece(() => import('./pages/Certificate')));
const About = lazy(() => piece(() => import('./pages/About')));

/** A fault in one page must not take the console with it. */
class Guard extends Component<{ children: ReactNode }, { fault: string }> {
  override state = { fault: '' };
  static getDerivedStateFromError(error: unknown) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
  override render() {
    if (!this.state.fault) return this.props.children;
    return (
      <Note
        kind="error"
        title={<Trans>This page could not be shown</Trans>}
        action={
          <Button size="small" onClick={() => window.location.reload()}>
            <Trans>Load the page again</Trans>
          </Button>
        }
      >
        {this.state.fault}
      </Note>
    );
  }
}

export function Pages({ version }: { version: string }) {
  return (
    <Suspense fallback={<Skeleton lines={6} />}>
      <Switch>
        <Route path="/"><Guard key="overview"><Overview /></Guard></Route>
        <Route path="/live"><Guard key="live"><Live /></Guard></Route>
        <Route path="/journal"><Guard key="journal"><Journal /></Guard></Route>
        <Route path="/household/rooms"><Guard key="rooms"><Rooms /></Guard></Route>
        <Route path="/household/monitors"><Guard key="monitors"><Monitors /></Guard></Route>
        <Route path="/household/stations"><Guard key="stations"><Stations /></Guard></Route>
        <Route path="/access/doors"><Guard key="doors"><Doors /></Guard></Route>
        <Route path="/access/codes"><Guard key="codes"><Codes /></Guard></Route>
        <Route path="/access/cards"><Guard key="cards"><Cards /></Guard></Route>
        <Route path="/settings/:page">{({ page }) => <Guard key={page}><Settings page={page} /></Guard>}</Route>
        <Route path="/panel/hardware"><Guard key="hardware"><Hardware /></Guard></Route>
        <Route path="/system/accounts"><Guard key="accounts"><Accounts /></Guard></Route>
        <Route path="/system/machines"><Guard key="machines"><Machines /></Guard></Route>
        <Route path="/system/certificate"><Guard key="certificate"><Certificate /></Guard></Route>
        <Route path="/system/about"><Guard key="about"><About version={version} /></Guard></Route>
        <Route>
          <PageHead title={<Trans>No such page</Trans>} />
          <Link href="/" className="text-accent underline"><Trans>To the overview</Trans></Link>
        </Route>
      </Switch>
    </Suspense>
  );
}
