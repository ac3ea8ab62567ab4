  // ---- one viewer follows another, by way of the page that it is shown in -----------------------
  // The live room's page holds this viewer in a frame. It is told what the views show while its
  // reader leads, and tells what they should show while its reader follows. Nothing else.
  const EVERY_MS = 125;
  const AGAIN_MS = 200;
  const rounded = value =>
    typeof value === 'number' ? Number(value.toPrecision(9)) : value && value.map && value.map(rounded);
  const imageOf = imageId => {
    const found = /\/series\/([\d.]+)\/instances\/([\d.]+)\/frames\/(\d+)/.exec(imageId || '');
    return found && { series: found[1], sop: found[2], frame: Number(found[3]) };
  };
  const cameraFields = ['focalPoint', 'position', 'viewUp', 'viewPlaneNormal', 'parallelScale'];
  const flips = ['flipHorizontal', 'flipVertical', 'rotation'];
  const isVolume = viewport => typeof viewport.getAllVolumeIds === 'function';

  /** The views in the order of their places, each with what draws it. */
  const views = () => {
    const { viewportGridService, cornerstoneViewportService } = window.services || {};
    if (!viewportGridService || !cornerstoneViewportService) {
      return [];
    }
    return [...viewportGridService.getState().viewports.values()].map(place => ({
      place,
      viewport: cornerstoneViewportService.getCornerstoneViewport(place.viewportId),
    }));
  };
  const seriesOfSet = uid => {
    const found = window.services.displaySetService.getDisplaySetByUID(uid);
    return found ? found.SeriesInstanceUID : '';
  };
  const volumeSeries = volumeId => {
    const { displaySetService } = window.services;
    const found = displaySetService.getActiveDisplaySets().find(one => volumeId.endsWith(one.displaySetInstanceUID));
    return found ? found.SeriesInstanceUID : '';
  };
  const windowTold = properties => {
    const range = properties && properties.voiRange;
    return range ? { voi: [rounded(range.lower), rounded(range.upper)], invert: Boolean(properties.invert) } : {};
  };

  /** What one view shows; undefined while it shows nothing yet. */
  const viewTold = ({ place, viewport }) => {
    const camera = viewport && viewport.getCamera && viewport.getCamera();
    if (!camera || !camera.focalPoint) {
      return undefined;
    }
    const told = { camera: {}, series: place.displaySetInstanceUIDs.map(seriesOfSet) };
    for (const name of [...cameraFields, ...flips]) {
      if (camera[name] !== undefined) {
        told.camera[name] = typeof camera[name] === 'boolean' ? camera[name] : rounded(camera[name]);
      }
    }
    const image = imageOf(viewport.getCurrentImageId && viewport.getCurrentImageId());
    if (image) {
      Object.assign(told, image, { series: told.series, of: image.series });
    }
    if (isVolume(viewport)) {
      told.volumes = viewport.getAllVolumeIds().map(volumeId => ({
        series: volumeSeries(volumeId),
        ...windowTold(viewport.getProperties(volumeId)),
      }));
      return told.volumes.length ? { ...told, kind: 'volume' } : undefined;
    }
    if (!image) {
      return undefined;
    }
    return { ...told, kind: 'stack', index: viewport.getCurrentImageIdIndex(), ...windowTold(viewport.getProperties()) };
  };

  const stateTold = () => {
    const all = views();
    const told = all.map(viewTold);
    if (!told.some(Boolean)) {
      return undefined;
    }
    const { activeViewportId } = window.services.viewportGridService.getState();
    const active = all.findIndex(one => one.place.viewportId === activeViewportId);
    return { active, views: told.map(one => one || null) };
  };

  /** The display set that holds an image, or the series where no image is named. */
  const setOf = told => {
    const sets = window.services.displaySetService.getActiveDisplaySets();
    const holds = one => (one.instances || one.images || []).some(image => image.SOPInstanceUID === told.sop);
    return sets.find(one => told.sop && holds(one)) || sets.find(one => one.SeriesInstanceUID === told.series[0]);
  };

  /** Make a view show what is told; false: it is not ready, and is tried again. */
  const apply = async ({ place, viewport }, told) => {
    if (!viewport || !viewport.getCamera || !viewport.getCamera().focalPoint) {
      return false;
    }
    const mine = place.displaySetInstanceUIDs.map(seriesOfSet);
    if (told.kind === 'stack' ? !mine.includes(told.of) : told.series.some(one => !mine.includes(one))) {
      const set = told.kind === 'stack' && setOf({ ...told, series: [told.of] });
      if (!set) {
        return told.kind === 'volume'; // another layout's volume: it does not follow
      }
      window.services.viewportGridService.setDisplaySetsForViewport({
        viewportId: place.viewportId,
        displaySetInstanceUIDs: [set.displaySetInstanceUID],
      });
      return false;
    }
    if (isVolume(viewport) !== (told.kind === 'volume')) {
      return true; // the same images in another kind of view
    }
    if (told.kind === 'stack') {
      const at = viewport.getImageIds().findIndex(imageId => {
        const image = imageOf(imageId);
        return image && image.sop === told.sop && image.frame === told.frame;
      });
      if (at < 0) {
        return false;
      }
      if (at !== viewport.getCurrentImageIdIndex()) {
        await viewport.setImageIdIndex(at);
      }
      if (told.voi) {
        viewport.setProperties({ voiRange: { lower: told.voi[0], upper: told.voi[1] }, invert: told.invert });
      }
    } else {
      const volumes = viewport.getAllVolumeIds();
      for (const one of told.volumes) {
        const volumeId = volumes.find(id => volumeSeries(id) === one.series);
        if (!volumeId) {
          return false;
        }
        if (one.voi) {
          viewport.setProperties({ voiRange: { lower: one.voi[0], upper: one.voi[1] }, invert: one.invert }, volumeId);
        }
      }
    }
    viewport.setCamera(told.camera);
    viewport.render();
    return true;
  };

  const following = () => {
    if (window.parent === window) {
      return;
    }
    let leads = false;
    let last = '';
    let wanted = null;
    let working = false;
    let ready = false;
    const say = message =>
      window.parent.postMessage({ tongying: 'viewer', ...message }, window.location.origin);

    const work = async () => {
      if (working) {
        return;
      }
      working = true;
      while (wanted) {
        const state = wanted;
        const all = views();
        let done = all.length > 0;
        for (const [at, told] of state.views.entries()) {
          try {
            done = !told || !all[at] || ((await apply(all[at], told)) && done);
          } catch (error) {
            console.warn('a view does not follow yet', error);
            done = false;
          }
        }
        if (wanted === state && done) {
          wanted = null;
        } else if (wanted === state) {
          await new Promise(resolve => setTimeout(resolve, AGAIN_MS));
        }
      }
      working = false;
    };

    window.addEventListener('message', event => {
      const { origin, source, data } = event;
      if (origin !== window.location.origin || source !== window.parent || !data) {
        return;
      }
      if (data.tongying !== 'room') {
        return;
      }
      if (data.act === 'lead') {
        [leads, last, wanted] = [true, '', null];
      } else if (data.act === 'rest') {
        [leads, wanted] = [false, null];
      } else if (data.act === 'show' && data.state && Array.isArray(data.state.views)) {
        [leads, wanted] = [false, data.state];
        work();
      } else if (data.act === 'tell') {
        say({ what: 'asked', state: stateTold() });
      }
    });
    setInterval(() => {
      if (ready && !leads) {
        return;
      }
      let state;
      try {
        state = stateTold();
      } catch (error) {
        return; // views come and go while a layout changes
      }
      if (!state) {
        return;
      }
      if (!ready) {
        ready = true;
        say({ what: 'ready' });
      }
      const text = leads ? JSON.stringify(state) : last;
      if (text !== last) {
        last = text;
        say({ what: 'view', state });
      }
    }, EVERY_MS);
  };
  following();
