/* The viewer's start script: language, our words, our layouts, our DICOMweb, our CSRF token. */
(function () {
  'use strict';
  const site = {% autoescape off %}{{ values }}{% endautoescape %};
  const words = site.words;

  // What OHIF's own page sets in inline scripts, which our content security policy forbids.
  window.PUBLIC_URL = site.root + '/';
  window.browserImportFunction = name => import(name);

  // OHIF asks its cookie before localStorage, so both must say the language of this session.
  localStorage.setItem('i18nextLng', site.language);
  document.cookie = 'i18next=' + site.language + '; path=/; SameSite=Lax';
  document.documentElement.lang = site.language === 'zh' ? 'zh-Hans' : 'en';
  localStorage.setItem('shownTours', JSON.stringify(['basicViewerTour']));

  // OHIF would take a bearer token from its address; nobody else's words become credentials here.
  const address = new URL(window.location.href);
  if ([...address.searchParams.keys()].some(key => key.toLowerCase() === 'token')) {
    [...address.searchParams.keys()]
      .filter(key => key.toLowerCase() === 'token')
      .forEach(key => address.searchParams.delete(key));
    window.history.replaceState(null, '', address);
  }

  const cookie = name => {
    const found = document.cookie.split('; ').find(part => part.startsWith(name + '='));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : '';
  };

  // OHIF's DICOMweb source hands on an Authorization header only, so the token that Django asks
  // of every write is put on here: same origin only, and never on a read.
  const needsToken = (method, url) =>
    !/^(GET|HEAD|OPTIONS|TRACE)$/i.test(method) &&
    new URL(url, window.location.href).origin === window.location.origin;
  const { open, send } = XMLHttpRequest.prototype;
  const writes = new WeakSet();
  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    writes[needsToken(method, url) ? 'add' : 'delete'](this);
    return open.call(this, method, url, ...rest);
  };
  XMLHttpRequest.prototype.send = function (body) {
    if (writes.has(this)) {
      this.setRequestHeader(site.csrfHeader, cookie(site.csrfCookie));
    }
    return send.call(this, body);
  };
  const { fetch } = window;
  window.fetch = function (resource, options) {
    const request = new Request(resource, options);
    if (!needsToken(request.method, request.url)) {
      return fetch.call(window, resource, options);
    }
    request.headers.set(site.csrfHeader, cookie(site.csrfCookie));
    return fetch.call(window, request);
  };

  /** Say once, above the images, that the session has ended; the page and its measurements stay. */
  const sayExpired = () => {
    if (document.getElementById('tongying-expired')) {
      return;
    }
    const bar = document.createElement('div');
    bar.id = 'tongying-expired';
    bar.setAttribute('role', 'alert');
    bar.style.cssText =
      'position:fixed;top:48px;left:0;right:0;z-index:10000;padding:8px 16px;text-align:center;' +
      'background:#7a4b00;color:#fff;font-size:14px';
    const link = document.createElement('a');
    link.href = site.login;
    link.target = '_blank';
    link.textContent = words.login;
    link.style.cssText = 'color:#fff;text-decoration:underline;margin-left:12px';
    link.addEventListener('click', () => bar.remove());
    bar.append(words.expired, link);
    document.body.append(bar);
  };

  let react; // as the page hands it over when it draws its header
  const logo = React => {
    react = React;
    return React.createElement(
      'a',
      {
        href: site.home,
        title: words.home,
        'aria-label': words.home,
        style: { display: 'block', color: '#fff', lineHeight: 1.15, whiteSpace: 'nowrap' },
      },
      React.createElement('span', { style: { fontSize: '17px', fontWeight: 600 } }, '\u2039 ' + words.name),
      React.createElement(
        'span',
        { style: { display: 'block', fontSize: '12px', color: '#ffd479' } },
        words.research
      )
    );
  };

  // ---- layouts -------------------------------------------------------------------------------
  const sync = (type, id, source, target, options) => ({ type, id, source, target, options });
  const hydrate = sync('hydrateseg', 'sameFORId', true, true, { matchingRules: ['sameFOR'] });
  const grid = (rows, columns, layoutOptions) => ({
    layoutType: 'grid',
    properties: layoutOptions ? { rows, columns, layoutOptions } : { rows, columns },
  });
  const place = (x, y, width, height) => ({ x, y, width, height });
  const is = (attribute, value, weight) => ({
    attribute,
    weight: weight || 1,
    constraint: { equals: { value } },
    required: weight === undefined,
  });
  // A series named in the link is shown first, whatever else would match better.
  const named = is('isDisplaySetFromUrl', true, 100);
  // The finer of two volumes reslices better: a 3D acquisition before a stack of thick slices.
  const moreThan = (value, weight) => ({
    attribute: 'numImageFrames',
    weight,
    constraint: { greaterThan: { value } },
  });

  const protocol = (id, name, selectors, stages) => ({
    name: id,
    protocol: {
      id,
      name,
      locked: true,
      createdDate: '2026-11-22',
      modifiedDate: '2026-11-22',
      availableTo: {},
      editableBy: {},
      numberOfPriorsReferenced: -1,
      protocolMatchingRules: [], // chosen by the link, never by a guess
      imageLoadStrategy: 'nth',
      displaySetSelectors: selectors,
      stages,
    },
  });

  const anyImage = {
    seriesMatchingRules: [
      { attribute: 'numImageFrames', constraint: { greaterThan: { value: 0 } }, required: true },
      named,
    ],
  };
  const oneImage = {
    name: 'stack',
    stageActivation: { enabled: { minViewportsMatched: 1 } },
    viewportStructure: grid(1, 1),
    viewports: [
      {
        viewportOptions: { viewportType: 'stack', toolGroupId: 'default', allowUnmatchedView: true },
        displaySets: [{ id: 'anyImage' }],
      },
    ],
  };

  const plane = orientation => ({
    viewportOptions: {
      viewportId: 'mpr-' + orientation,
      toolGroupId: 'mpr',
      viewportType: 'volume',
      orientation,
      initialImageOptions: { preset: 'middle' },
      syncGroups: [sync('voi', 'mpr', true, true, { syncColormap: true }), hydrate],
    },
    displaySets: [{ id: 'volume' }],
  });
  const mr3plane = protocol(
    site.protocols.mr3plane,
    words.mr3plane,
    {
      volume: {
        seriesMatchingRules: [
          is('isReconstructable', true),
          moreThan(15, 5),
          moreThan(60, 5),
          named,
        ],
      },
      anyImage,
    },
    [
      {
        name: 'three planes',
        stageActivation: { enabled: { minViewportsMatched: 3 } },
        // The plane it was acquired in is the sharp one, so it is the large one.
        viewportStructure: grid(3, 2, [
          place(0, 0, 2 / 3, 1),
          place(2 / 3, 0, 1 / 3, 1 / 3),
          place(2 / 3, 1 / 3, 1 / 3, 1 / 3),
          place(2 / 3, 2 / 3, 1 / 3, 1 / 3),
        ]),
        viewports: [plane('acquisition'), plane('axial'), plane('sagittal'), plane('coronal')],
      },
      oneImage,
    ]
  );

  // Standardised uptake from 0 where the headers allow it, else the window stored in the images.
  const uptakeUpTo = top => displaySets => {
    const pet = displaySets.find(displaySet => displaySet.Modality === 'PT');
    const scaling = pet && window.cornerstone.metaData.get('scalingModule', pet.images[0].imageId);
    return scaling && scaling.suvbw ? { windowWidth: top, windowCenter: top / 2 } : undefined;
  };
  const greyWindow = 'tongyingUptakeGrey';
  const colourWindow = 'tongyingUptakeColour';
  const ct = { id: 'ct' };
  const pet = { id: 'pet', options: { voi: { custom: greyWindow }, voiInverted: true } };
  const overlay = {
    id: 'pet',
    options: {
      voi: { custom: colourWindow },
      colormap: {
        name: 's_pet',
        // In units of uptake. Composite blending: an even 0.5 would leave only a faint tint.
        opacity: [
          { value: 0, opacity: 0 },
          { value: 0.5, opacity: 0.15 },
          { value: 2.5, opacity: 0.7 },
          { value: 5, opacity: 0.95 },
        ],
      },
    },
  };
  const camera = id => sync('cameraposition', id, true, true);
  const view = (viewportId, orientation, groups, displaySets, more) => ({
    viewportOptions: {
      viewportId,
      toolGroupId: 'default',
      viewportType: 'volume',
      orientation,
      initialImageOptions: { preset: 'middle' },
      syncGroups: [...groups, hydrate],
      ...more,
    },
    displaySets,
  });
  const petct = protocol(
    site.protocols.petct,
    words.petct,
    {
      ct: { seriesMatchingRules: [is('Modality', 'CT'), is('isReconstructable', true), moreThan(15, 5)] },
      pet: {
        seriesMatchingRules: [
          is('Modality', 'PT'),
          is('isReconstructable', true),
          moreThan(15, 5),
          {
            attribute: 'SeriesDescription',
            weight: 3,
            constraint: { doesNotContain: { value: 'Uncorrected' } },
          },
        ],
      },
      anyImage,
    },
    [
      {
        name: 'CT, PET, fused',
        stageActivation: { enabled: { minViewportsMatched: 4 } },
        viewportStructure: grid(2, 2),
        viewports: [
          view('fused-axial', 'axial', [camera('axial')], [ct, overlay]),
          view('fused-coronal', 'coronal', [camera('coronal')], [ct, overlay]),
          view('ct-axial', 'axial', [camera('axial')], [ct]),
          view('pet-axial', 'axial', [camera('axial')], [pet], { background: [1, 1, 1] }),
        ],
      },
      oneImage,
    ]
  );

  {% include "viewer/fused-layout.js" %}
  {% include "viewer/measuring.js" %}
  {% include "viewer/following.js" %}
  const us = protocol(site.protocols.us, words.us, { anyImage }, [oneImage]);

  const ours = new Set([...Object.values(site.protocols), ...Object.keys(site.pathways)]);
  window.config = {
    name: 'tongying',
    routerBasename: site.root,
    extensions: [
      {
        id: 'tongying',
        version: '1.0.0',
        preRegistration({ servicesManager, commandsManager }) {
          const { hangingProtocolService, measurementService } = servicesManager.services;
          askForLabels(measurementService, commandsManager);
          // OHIF insists on the first stage of a layout named in the link and shows nothing where
          // it does not apply; our layouts name a second one for that.
          const run = hangingProtocolService.run.bind(hangingProtocolService);
          hangingProtocolService.run = (data, protocolId, options) =>
            run(data, protocolId, ours.has(protocolId) ? { ...options, stageIndex: undefined } : options);
          hangingProtocolService.addCustomAttribute(greyWindow, words.petct, uptakeUpTo(5));
          hangingProtocolService.addCustomAttribute(colourWindow, words.petct, uptakeUpTo(10));
          for (const [name, value] of [
            [fixedWindow, windowOf(fixedSeries)],
            [overlayWindow, windowOf(overlaySeries)],
            [overlayOpacity, opacityOf(overlaySeries)],
          ]) {
            hangingProtocolService.addCustomAttribute(name, words.fused, value);
          }
        },
        getHangingProtocolModule: () => [mr3plane, petct, us, fused, ...hangings],
      },
    ],
    modes: [],
    customizationService: {
      measurementLabels: { $set: { labelOnMeasure: false, exclusive: true, items: [] } },
      'ui.labellingComponent': { $apply: labelling },
      'cornerstone.colorbar': {
        colormaps: {
          $apply: all =>
            all.map(one => ({ ...one, description: words.colours[one.Name] || one.description })),
        },
      },
    },
    showStudyList: false,
    measurementTrackingMode: 'simplified', // every measurement is kept for saving; no question asked
    maxNumberOfWebWorkers: 3,
    showWarningMessageForCrossOrigin: false,
    showCPUFallbackMessage: true,
    showLoadingIndicator: true,
    strictZSpacingForVolumeViewport: true,
    investigationalUseDialog: { option: 'never' }, // our header always says it
    whiteLabeling: { createLogoComponentFn: logo },
    httpErrorHandler: error => {
      const status = error && (error.status || (error.request && error.request.status));
      if (status === 401) {
        sayExpired();
      }
      console.warn('DICOMweb answered ' + status);
    },
    defaultDataSourceName: 'dicomweb',
    dataSources: [
      {
        namespace: '@ohif/extension-default.dataSourcesModule.dicomweb',
        sourceName: 'dicomweb',
        configuration: {
          friendlyName: words.name,
          name: 'tongying',
          qidoRoot: site.dicomweb,
          wadoRoot: site.dicomweb,
          wadoUriRoot: site.dicomweb,
          qidoSupportsIncludeField: true,
          supportsReject: false,
          supportsStow: true,
          supportsFuzzyMatching: true,
          supportsWildcard: true,
          dicomUploadEnabled: false,
          enableStudyLazyLoad: true,
          imageRendering: 'wadors',
          thumbnailRendering: 'wadors',
          omitQuotationForMultipartRequest: true,
          bulkDataURI: { enabled: true, relativeResolution: 'studies' },
        },
      },
    ],
  };
})();
