// What a page has and Node has not, as far as the API document's code names it.

export const address = process.env.AEGIS_ADDRESS;
export const told = { logged: [], executed: [] };

const pageFetch = globalThis.fetch;
// A page of this very server may leave the address out.
globalThis.fetch = (path, options) => pageFetch(new URL(path, address), options);
console.log = (...words) => told.logged.push(words);

let drawn = null;
globalThis.document = {
  createElement: (name) => {
    if (name !== 'canvas') throw new Error(`no ${name} here`);
    return {
      getContext: () => ({ drawImage: (video) => { drawn = video.jpeg; } }),
      toDataURL: (kind) => `data:${kind};base64,${drawn}`,
    };
  },
};
globalThis.videoElement = { jpeg: process.env.AEGIS_FRAME };
globalThis.frameCount = 7;
globalThis.displayIncident = (incident) => { told.displayed = incident; };
globalThis.executeAction = async (action, incidentId) => {
  const answer = await fetch('/api/actions/execute', {
    method: 'POST',
    body: JSON.stringify({ action_type: action, incident_id: incidentId }),
  });
  told.executed.push({ action, status: answer.status, ...(await answer.json()) });
};

export function tell() {
  process.stdout.write(JSON.stringify(told));
}
