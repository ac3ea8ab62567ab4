  // ---- measuring: what was drawn is named at once, so that the case knows what it is -------------
  const markOf = {
    Length: 'line',
    Bidirectional: 'cross',
    Angle: 'angle',
    CobbAngle: 'two-lines',
    EllipticalROI: 'ellipse',
    PlanarFreehandROI: 'contour',
    SplineROI: 'contour',
    LivewireContour: 'contour',
    ArrowAnnotate: 'point',
    Probe: 'point',
  };
  const sideWords = { R: /右|right/i, L: /左|left/i };
  const pathway = site.pathways[address.searchParams.get('hangingProtocolId') || ''];

  /** The series a measurement was drawn on; for a text asked beforehand the active one. */
  const seriesOf = measurement => {
    const { displaySetService, viewportGridService } = window.services;
    const { viewports, activeViewportId } = viewportGridService.getState();
    const shown = viewports.get(activeViewportId);
    const uid = measurement
      ? measurement.displaySetInstanceUID
      : shown && shown.displaySetInstanceUIDs[0];
    return uid ? displaySetService.getDisplaySetByUID(uid) : undefined;
  };
  const sideOf = series => {
    const image = (series && (series.instances || series.images || [])[0]) || {};
    const said = image.ImageLaterality || image.Laterality;
    const words = (series && series.SeriesDescription) || '';
    const sides = Object.keys(sideWords).filter(side => sideWords[side].test(words));
    return said || (sides.length === 1 ? sides[0] : '');
  };

  /** The labels that fit what was drawn: those of the pathway first, then of the image's side. */
  const fitting = measurement => {
    const series = seriesOf(measurement);
    const mark = measurement ? markOf[measurement.toolName] : 'point';
    const side = sideOf(series);
    const given = window.services.measurementService
      .getMeasurements()
      .filter(one => !measurement || one.SOPInstanceUID === measurement.SOPInstanceUID)
      .map(one => one.label);
    const rank = one =>
      (given.includes(one.text) ? 8 : 0) +
      (one.side && side && one.side !== side ? 4 : 0) +
      (pathway && !pathway.recipes.includes(one.recipe) ? 2 : 0);
    return site.labels
      .filter(one => one.mark === mark && (!series || one.modalities.includes(series.Modality)))
      .map((one, place) => ({ one, place }))
      .sort((a, b) => rank(a.one) - rank(b.one) || a.place - b.place)
      .map(({ one }) => ({ value: one.text, label: one.text }));
  };

  const labelling = Original => props =>
    react.createElement(Original, {
      ...props,
      labelData: fitting(props.measurementData),
      placeholder: words.labelSearch,
      emptyMessage: words.labelNone,
    });

  // OHIF's own way of asking after each measurement (labelOnMeasure) loses the measurement.
  const askForLabels = (measurementService, commandsManager) =>
    measurementService.subscribe(
      measurementService.EVENTS.MEASUREMENT_ADDED,
      ({ measurement }) => {
        if (!measurement.label && markOf[measurement.toolName]) {
          commandsManager.run('setMeasurementLabel', { uid: measurement.uid });
        }
      }
    );
  const hangings = Object.values(site.pathways).map(({ protocol: layout }) => ({
    name: layout.id,
    protocol: layout,
  }));
