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
        axisLabel: { color: theme.muted, fontSize: 11, hideOverlap: true },
        nameTextStyle: { color: theme.muted, fontSize: 12 },
        splitLine: { show: false },
    }, more);
}

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
        height: 22,
        brushSelect: false,
        showDataShadow: false,
        showDetail: false,
        borderColor: theme.line,
        fillerColor: theme.bar + '66',
        backgroundColor: 'transparent',
        handleStyle: { color: theme.card, borderColor: theme.muted },
        moveHandleStyle: { color: theme.bar, opacity: 0.8 },
        emphasis: { moveHandleStyle: { color: theme.accent, opacity: 1 } },
    };
    return matchMedia('(pointer: coarse)').matches
        ? [slider]
        : [slider, { type: 'inside', xAxisIndex: 'all', zoomOnMouseWheel: 'ctrl', moveOnMouseMove: true, preventDefaultMouseMove: false }];
}
