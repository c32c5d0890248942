import { i18n } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { EndCause } from './CallClient';

/** Why a call ended, from the request that ended it: CANCEL and BYE carry a Reason header (RFC 3326). */
export function causeOf(originator: string, jssipCause: string, reasonHeader: string, wasTalking: boolean, declinedHere: boolean): EndCause {
  if (declinedHere) return wasTalking ? 'ended' : 'declined';
  if (/cause\s*=\s*200\b/i.test(reasonHeader) || /completed elsewhere|answered elsewhere/i.test(reasonHeader)) return 'answered-elsewhere';
  if (!wasTalking && /cause\s*=\s*603\b/i.test(reasonHeader)) return 'declined';  // in another window of this monitor
  if (wasTalking) return jssipCause === 'Terminated' ? 'ended' : 'failed';
  if (originator === 'remote' || jssipCause === 'Canceled' || jssipCause === 'No Answer' || jssipCause === 'Expires') return 'missed';
  return 'failed';
}

/** What broke a call, for a person: JsSIP's own words are English. */
export const brokenBy = (jssipCause: string): string =>
  i18n._(/WebRTC|Media|SDP|RTP/.test(jssipCause) ? msg`Sound and picture could not be connected.` : msg`The connection to the station was lost.`);
