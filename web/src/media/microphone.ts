const VOICE: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** The microphone, or nothing where there is none to be had: one can see and hear the visitor all the same. */
export async function microphoneOrNone(): Promise<MediaStream | null> {
  if (!navigator.mediaDevices) return null; // the page is not secure
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: VOICE });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return null;
    throw error;
  }
}

export const stopTracks = (media: MediaStream | null) => {
  for (const track of media?.getTracks() ?? []) track.stop();
};
