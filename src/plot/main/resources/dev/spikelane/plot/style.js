/** Colours and font of the page, as its style sheet has them now. */
function readTheme() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue('--' + name).trim();
    const theme = { font: read('font') };
    for (const name of ['page', 'card', 'ink', 'muted', 'line', 'accent', 'second', 'third', 'fourth', 'bar']) {
        theme[name] = read(name);
    }
    theme.series = [theme.accent, theme.second, theme.third, theme.fourth, theme.muted];
    return theme;
}

function layerColor(theme, layer) {
    return theme.series[layer.color % theme.series.length];
}

function clamp(value, least, most) {
    return Math.min(Math.max(value, least), most);
}

function grouped(number) {
    return number.toLocaleString('en');
}

function short(number) {
    return Number.isFinite(number) ? String(Number(number.toPrecision(5))) : '\u2013';
}

/** What all charts share. */
function baseOption(theme) {
    return {
        animation: false,
        textStyle: { fontFamily: theme.font, color: theme.ink },
        tooltip: {
            confine: true,
            backgroundColor: theme.card,
            borderColor: theme.line,
            textStyle: { color: theme.ink, fontSize: 13, fontFamily: theme.font },
        },
    };
}

function axis(theme, more) {
    return Object.assign({
        axisLine: { show: true, onZero: false, lineStyle: { color: theme.line } },
        axisTick: { show: true, lineStyle: { color: theme.line } },
        axisLabel: { color: theme.muted, fontSize: 12, hideOverlap: true },
        nameTextStyle: { color: theme.muted, fontSize: 12 },
        splitLine: { show: false },
    }, more);
}

/** The one item of a series that is a picture: at a place, a zoom to another one would take it away. */
const ANYWHERE = ['-', '-'];

/** Half a step of room on both sides, without labels for the halves. */
function wholeNumbers(theme, count, more) {
    const style = axis(theme, { type: 'value', min: -0.5, max: count - 0.5, minInterval: 1 });
    Object.assign(style.axisLabel, {
        showMinLabel: false,
        showMaxLabel: false,
        formatter: (value) => (Number.isInteger(value) ? String(value) : ''),
    });
    return Object.assign(style, more);
}

/** The steps from 0 to the end of the last one, both named, or their time. */
function stepAxis(theme, steps, more, timeStep = 1) {
    const style = axis(theme, { type: 'value', min: 0, max: steps, minInterval: 1, nameLocation: 'middle', nameGap: 24 });
    Object.assign(style.axisLabel, {
        showMinLabel: true,
        showMaxLabel: true,
        formatter: (value) => (!Number.isInteger(value) ? '' : timeStep === 1 ? String(value) : short(value * timeStep)),
    });
    return Object.assign(style, more);
}

/** An axis with the range, the ticks and the labels that the figure says; ends that are no ticks have no label. */
function valueAxis(theme, range, more) {
    const style = axis(theme, { type: 'value', min: range.least, max: range.most, minInterval: range.unit, maxInterval: range.unit });
    const near = 1e-6 * (range.most - range.least);
    Object.assign(style.axisLabel, {
        formatter: (value) => range.tickLabels[range.ticks.findIndex((tick) => Math.abs(tick - value) < near)] || '',
    });
    return Object.assign(style, more);
}

/** Lines across at the ticks. */
function gridLines(theme) {
    return { splitLine: { show: true, lineStyle: { color: theme.line, opacity: 0.6 } } };
}

/** A name beside the vertical axis. */
function upName(text, gap) {
    return { name: text, nameLocation: 'middle', nameGap: gap };
}

/** How much taller or lower than suitable a figure's content is, where its size was chosen. */
function stretch(figure, suitable, around) {
    return figure.height ? Math.max(0.1, (figure.height - around) / suitable) : 1;
}

function legend(theme, names, left, top) {
    return {
        left: left,
        top: top,
        padding: 0,
        icon: 'roundRect',
        itemHeight: 4,
        itemWidth: 18,
        textStyle: { color: theme.ink, fontSize: 12 },
        data: names,
    };
}

/** Upright lines from one height to another, as one series. */
function uprights(places, color, more) {
    const points = [];
    for (const [x, from, to] of places) {
        points.push([x, from], [x, to], [x, null]);
    }
    return Object.assign({
        type: 'line',
        zlevel: 0,
        data: points,
        showSymbol: false,
        silent: true,
        lineStyle: { color: color, width: 1.4 },
        itemStyle: { color: color },
        emphasis: { disabled: true },
    }, more);
}

function markLines(theme, data) {
    return data.length === 0 ? undefined : {
        silent: true,
        symbol: 'none',
        animation: false,
        label: { show: false },
        lineStyle: { color: theme.muted, type: 'dashed', width: 1 },
        data: data,
    };
}

function caption(theme, text, left, top, width) {
    return {
        text: text,
        left: left,
        top: top + 3,
        padding: 0,
        textStyle: { color: theme.ink, fontSize: width < 340 ? 12 : 13, fontWeight: 600, fontFamily: theme.font, width: width, overflow: 'truncate' },
    };
}

/** A finger that moves over a chart scrolls the page: there only the slider zooms. */
function zoom(theme, top, left, right) {
    const slider = {
        type: 'slider',
        xAxisIndex: 'all',
        left: left,
        right: right,
        top: top,
        height: 16,
        brushSelect: false,
        showDataShadow: false,
        showDetail: false,
        borderColor: theme.line,
        fillerColor: theme.bar + '44',
        borderRadius: 4,
        backgroundColor: 'transparent',
        handleIcon: 'path://M0,3a3,3,0,0,1,6,0v18a3,3,0,0,1,-6,0z',
        handleSize: '100%',
        handleStyle: { color: theme.muted, borderWidth: 0 },
        moveHandleSize: 0,
    };
    return matchMedia('(pointer: coarse)').matches
        ? [slider]
        : [slider, { type: 'inside', xAxisIndex: 'all', zoomOnMouseWheel: 'ctrl', moveOnMouseMove: true, preventDefaultMouseMove: false }];
}
