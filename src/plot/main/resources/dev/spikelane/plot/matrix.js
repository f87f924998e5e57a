function colour(text) {
    const number = parseInt(text.slice(1), 16);
    return [number >> 16, (number >> 8) & 255, number & 255];
}

/** Black or white, whichever has more contrast with a colour: at least 4.5 to 1. */
function readable(paint) {
    const [red, green, blue] = paint.map((channel) => (channel <= 10 ? channel / 3295 : ((channel / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000' : '#fff';
}

/** From one colour through the card's own to another. */
function diverging(theme) {
    const ends = [colour(theme.second), colour(theme.card), colour(theme.accent)];
    return (value) => {
        const from = ends[1];
        const to = ends[value < 0 ? 0 : 2];
        const share = Math.abs(value);
        return from.map((channel, i) => channel + (to[i] - channel) * share);
    };
}

/** The whole matrix as one picture, a pixel for a weight; a chart of that many rectangles would be slow. */
function weightsImage(figure, theme) {
    const canvas = document.createElement('canvas');
    canvas.width = figure.columns;
    canvas.height = figure.rows;
    const context = canvas.getContext('2d');
    const image = context.createImageData(figure.columns, figure.rows);
    const paint = diverging(theme);
    const absent = colour(theme.line);
    for (let row = 0; row < figure.rows; row++) {
        for (let column = 0; column < figure.columns; column++) {
            const value = figure.values[row * figure.columns + column];
            const at = 4 * ((figure.rows - 1 - row) * figure.columns + column);
            image.data.set(Number.isFinite(value) ? paint(clamp(value / figure.limit, -1, 1)) : absent, at);
            image.data[at + 3] = 255;
        }
    }
    context.putImageData(image, 0, 0);
    return enlarged(canvas);
}

/** Small matrices get many pixels for a weight, or the browser would blur them. */
function enlarged(canvas) {
    const large = document.createElement('canvas');
    large.width = canvas.width * Math.max(1, Math.floor(2400 / canvas.width));
    large.height = canvas.height * Math.max(1, Math.floor(1600 / canvas.height));
    const context = large.getContext('2d');
    context.imageSmoothingEnabled = false;
    context.drawImage(canvas, 0, 0, large.width, large.height);
    return large;
}

function weightsChart(figure, theme, width) {
    const left = 50;
    const right = 14;
    const suitable = clamp(figure.rows * 14, 70, 420);
    const height = suitable * stretch(figure, suitable, 106);
    const option = baseOption(theme);
    const picture = weightsImage(figure, theme);
    const mouse = { cell: null };
    option.grid = { left: left, right: right, top: 8, height: height };
    option.xAxis = wholeNumbers(theme, figure.columns, { name: figure.xLabel, nameLocation: 'middle', nameGap: 24 });
    option.yAxis = valueAxis(theme, figure, upName(figure.yLabel, 34));
    option.visualMap = {
        min: -figure.limit,
        max: figure.limit,
        dimension: 2,
        seriesIndex: [],
        orient: 'horizontal',
        left: left,
        top: height + 84,
        itemWidth: 12,
        itemHeight: Math.min(220, width - 160),
        padding: 0,
        text: [short(figure.limit), short(-figure.limit)],
        textStyle: { color: theme.muted, fontSize: 12 },
        inRange: { color: [theme.second, theme.card, theme.accent] },
    };
    option.series = [{
        type: 'custom',
        clip: true,
        data: [ANYWHERE],
        encode: { x: 0, y: 1 },
        renderItem: (parameters, api) => {
            const from = api.coord([-0.5, figure.rows - 0.5]);
            const to = api.coord([figure.columns - 0.5, -0.5]);
            const wide = to[0] - from[0];
            return {
                type: 'image',
                style: { image: picture, x: from[0], y: from[1], width: wide, height: to[1] - from[1] },
            };
        },
    }];
    option.tooltip.formatter = () => {
        if (mouse.cell === null) {
            return '';
        }
        const [column, row] = mouse.cell;
        return 'input ' + column + ' \u2192 output ' + row + ': ' + short(figure.values[row * figure.columns + column]);
    };
    option.dataZoom = zoom(theme, height + 52, left, right);
    const ready = (chart) => {
        chart.getZr().on('mousemove', (event) => {
            const at = chart.convertFromPixel({ gridIndex: 0 }, [event.offsetX, event.offsetY]).map(Math.round);
            const inside = at[0] >= 0 && at[0] < figure.columns && at[1] >= 0 && at[1] < figure.rows;
            mouse.cell = inside ? at : null;
        });
    };
    return { height: height + 106, option: option, ready: ready };
}

function confusionChart(figure, theme, width) {
    const classes = figure.labels.length;
    const longest = Math.max(...figure.labels.map((label) => label.length));
    const left = clamp(longest * 7 + 34, 46, Math.min(130, width * 0.34));
    const suitable = clamp(classes * 42, 120, 560);
    const side = Math.min(width - left - 14, suitable * stretch(figure, suitable, 60));
    const wide = figure.width || figure.height ? side : Math.min(width - left - 14, Math.max(side, classes * 96));
    const option = baseOption(theme);
    const cells = [];
    const most = Math.max(1, ...figure.counts);
    const paint = diverging(theme);
    for (let row = 0; row < classes; row++) {
        for (let column = 0; column < classes; column++) {
            const count = figure.counts[row * classes + column];
            cells.push({ value: [column, row, count], label: { color: readable(paint(count / most)) } });
        }
    }
    const turned = longest > 2 && longest * 7 > wide / classes ? 60 : 0;
    const bottom = turned ? clamp(longest * 6 + 14, 20, 84) : 20;
    option.grid = { left: left, width: wide, top: 4, height: side };
    option.xAxis = axis(theme, { type: 'category', data: figure.labels, name: figure.xLabel, nameLocation: 'middle', nameGap: bottom + 8 });
    option.yAxis = axis(theme, { type: 'category', data: figure.labels, inverse: true, name: figure.yLabel, nameLocation: 'middle', nameGap: left - 18 });
    Object.assign(option.xAxis.axisLabel, { rotate: turned, width: 76, overflow: 'truncate' });
    Object.assign(option.yAxis.axisLabel, { width: left - 36, overflow: 'truncate' });
    option.visualMap = { show: false, min: 0, max: most, inRange: { color: [theme.card, theme.accent] } };
    option.series = [{
        type: 'heatmap',
        data: cells,
        itemStyle: { borderColor: theme.line, borderWidth: classes > 40 ? 0 : 1 },
        label: {
            show: side / classes >= 22,
            fontSize: 12,
            formatter: (cell) => (cell.value[2] === 0 ? '' : String(cell.value[2])),
        },
    }];
    option.tooltip.formatter = (cell) => echarts.format.encodeHTML(figure.labels[cell.value[1]]) + ' taken for '
        + echarts.format.encodeHTML(figure.labels[cell.value[0]]) + ': ' + cell.value[2];
    return { height: side + bottom + 36, option: option };
}
