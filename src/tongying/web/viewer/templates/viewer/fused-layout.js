  // ---- any two series of one frame of reference, named in the address --------------------------
  const fixedSeries = address.searchParams.get(site.fusedParameters.fixed) || '';
  const overlaySeries = address.searchParams.get(site.fusedParameters.overlay) || '';
  const byUid = (displaySets, uid) => displaySets.find(one => one.SeriesInstanceUID === uid);
  const number = value => Number(Array.isArray(value) ? value[0] : value);

  // Lower and upper end of what a series shows: uptake for PET where the headers allow it, else
  // the window stored in its images.
  const shown = displaySet => {
    const image = displaySet && (displaySet.images || displaySet.instances || [])[0];
    if (!image) {
      return undefined;
    }
    const scaling =
      displaySet.Modality === 'PT' &&
      window.cornerstone.metaData.get('scalingModule', image.imageId);
    if (scaling && scaling.suvbw) {
      return [0, 10];
    }
    const [centre, width] = [number(image.WindowCenter), number(image.WindowWidth)];
    return width > 0 ? [centre - width / 2, centre + width / 2] : undefined;
  };
  const windowOf = uid => displaySets => {
    const range = shown(byUid(displaySets, uid));
    return range && { windowWidth: range[1] - range[0], windowCenter: (range[0] + range[1]) / 2 };
  };
  // In units of the overlay. Composite blending: an even 0.5 would leave only a faint tint.
  const rising = [
    [0, 0],
    [0.05, 0],
    [0.12, 0.45],
    [0.3, 0.8],
    [0.6, 0.95],
  ];
  const opacityOf = uid => displaySets => {
    const range = shown(byUid(displaySets, uid)) || [0, 1];
    return rising.map(([at, opacity]) => ({ value: range[0] + at * (range[1] - range[0]), opacity }));
  };
  const fixedWindow = 'tongyingFusedFixed';
  const overlayWindow = 'tongyingFusedOverlay';
  const overlayOpacity = 'tongyingFusedOpacity';
  const fixedGrey = { id: 'fixed', options: { voi: { custom: fixedWindow } } };
  const overlayGrey = { id: 'overlay', options: { voi: { custom: overlayWindow } } };
  const overlayColour = {
    id: 'overlay',
    options: {
      voi: { custom: overlayWindow },
      colormap: { name: 'rainbow_2', opacity: { custom: overlayOpacity } },
    },
  };
  const series = uid => ({
    seriesMatchingRules: [is('SeriesInstanceUID', uid), is('isReconstructable', true)],
  });
  const fused = protocol(
    site.protocols.fused,
    words.fused,
    { fixed: series(fixedSeries), overlay: series(overlaySeries), anyImage },
    [
      {
        name: 'fused in three planes, both alone',
        stageActivation: { enabled: { minViewportsMatched: 5 } },
        viewportStructure: grid(2, 6, [
          place(0, 0, 1 / 3, 0.5),
          place(1 / 3, 0, 1 / 3, 0.5),
          place(2 / 3, 0, 1 / 3, 0.5),
          place(0, 0.5, 0.5, 0.5),
          place(0.5, 0.5, 0.5, 0.5),
        ]),
        viewports: [
          view('fused-axial', 'axial', [camera('fused-axial')], [fixedGrey, overlayColour]),
          view('fused-coronal', 'coronal', [camera('fused-coronal')], [fixedGrey, overlayColour]),
          view('fused-sagittal', 'sagittal', [camera('fused-sagittal')], [fixedGrey, overlayColour]),
          view('fixed-alone', 'axial', [camera('fused-axial')], [fixedGrey]),
          view('overlay-alone', 'axial', [camera('fused-axial')], [overlayGrey]),
        ],
      },
      oneImage,
    ]
  );
