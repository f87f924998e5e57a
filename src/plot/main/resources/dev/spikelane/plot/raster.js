/** Marks as large as the room of a step and a neuron, lighter where several fall on a pixel. */
function markStyle(train, width, height, share, chosen) {
    const perStep = width / (train.steps * share);
    const perNeuron = height / train.neurons;
    const size = chosen ? [chosen, chosen] : [clamp(perStep * 0.7, 1.3, 3), clamp(perNeuron * 0.8, 1.3, 14)];
    const overlap = (train.count / (train.steps * train.neurons)) * Math.max(1, size[0] / perStep) * Math.max(1, size[1] / perNeuron);
    return { size: size, opacity: clamp(0.8 / overlap, 0.2, 1) };
}

/** Whether the cell of a step and a neuron is hardly a pixel: marks of that size make a pattern with the pixels. */
function isCrowded(train, width, height) {
    return Math.min(width / train.steps, height / train.neurons) < 1.5;
}

/** How much of each pixel spikes cover, from 0 to 1, darkened where they are rare: a picture without marks. */
function coverage(train, area, ratio, place) {
    const columns = Math.round(area.width * ratio);
    const rows = Math.round(area.height * ratio);
    const cell = [place.step * ratio, place.neuron * ratio];
    // Marks grow to what is seen alone while all of them together cover at most half of the area.
    const room = Math.sqrt((0.5 * train.steps * train.neurons) / Math.max(1, train.count));
    const mark = cell.map((length) => (length < 12 ? Math.max(length, Math.min(1.3 * ratio, length * room)) : length * 0.8));
    const covered = new Float32Array(columns * rows);
    for (let i = 0; i < train.points.length; i += 2) {
        const x = (place.left - area.x) * ratio + train.points[i] * cell[0] - mark[0] / 2;
        const y = (place.bottom - area.y) * ratio - train.points[i + 1] * cell[1] - mark[1] / 2;
        const right = Math.min(x + mark[0], columns);
        const bottom = Math.min(y + mark[1], rows);
        for (let column = Math.max(0, Math.floor(x)); column < right; column++) {
            const wide = Math.min(column + 1, right) - Math.max(column, x);
            for (let row = Math.max(0, Math.floor(y)); row < bottom; row++) {
                covered[row * columns + column] += wide * (Math.min(row + 1, bottom) - Math.max(row, y));
            }
        }
    }
    const whole = Math.min(1, mark[0]) * Math.min(1, mark[1]);
    const gain = clamp((0.5 * train.steps * train.neurons) / Math.max(1, train.count), 1, 1 / whole);
    return { columns: columns, rows: rows, alpha: covered.map((share) => Math.min(1, share * gain)) };
}

function crowdPicture(covered, paint) {
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, covered.columns);
    canvas.height = Math.max(1, covered.rows);
    const context = canvas.getContext('2d');
    const image = context.createImageData(canvas.width, canvas.height);
    covered.alpha.forEach((alpha, pixel) => image.data.set([...paint, Math.round(255 * alpha)], 4 * pixel));
    context.putImageData(image, 0, 0);
    return canvas;
}

/** The picture of a crowded panel, painted anew for each part that is zoomed to. */
function crowdSeries(train, panel, paint) {
    return {
        type: 'custom',
        xAxisIndex: panel,
        yAxisIndex: panel,
        silent: true,
        clip: true,
        z: 1,
        data: [ANYWHERE],
        renderItem: (parameters, api) => {
            const area = parameters.coordSys;
            const [left, bottom] = api.coord([0, 0]);
            const up = train.neurons > 1 ? bottom - api.coord([0, 1])[1] : area.height;
            const place = { left: left, bottom: bottom, step: api.coord([1, 0])[0] - left, neuron: up };
            const picture = crowdPicture(coverage(train, area, devicePixelRatio, place), paint);
            const style = { image: picture, x: area.x, y: area.y, width: area.width, height: area.height };
            return { type: 'image', style: style };
        },
    };
}

/** Few neurons are rows with a number or a name each. */
function neuronAxis(theme, train, more) {
    const named = train.labels.length > 0;
    const style = train.rows.length > 0 ? axis(theme, { type: 'category', data: train.rows }) : valueAxis(theme, train);
    Object.assign(style.axisLabel, named ? { width: 78, overflow: 'truncate' } : {});
    return Object.assign(style, upName('neuron', 38), more, named ? { name: '' } : {});
}

function rasterChart(figure, theme, width) {
    const left = figure.panels.some((train) => train.labels.length > 0) ? 90 : 58;
    const right = 16;
    const plotWidth = width - left - right;
    const option = Object.assign(baseOption(theme), { title: [], grid: [], xAxis: [], yAxis: [], series: [] });
    const share = { start: 0, end: 100 };
    const suitable = figure.panels.map((train) => clamp(train.neurons * 14, 40, 270));
    const around = figure.panels.length * 50 + 60;
    const factor = stretch(figure, suitable.reduce((sum, height) => sum + height), around);
    const heights = suitable.map((height) => Math.max(10, Math.round(height * factor)));
    const crowded = figure.panels.map((train, i) => !figure.markerSize && isCrowded(train, plotWidth, heights[i]));
    const color = (i) => figure.colors[i] || layerColor(theme, figure.panels[i]);
    // Marks of a crowded panel are there for the mouse alone.
    const style = (i) => Object.assign(
        markStyle(figure.panels[i], plotWidth, heights[i], Math.max(share.end - share.start, 0.1) / 100, figure.markerSize),
        crowded[i] ? { opacity: 0 } : {});
    let top = 0;
    figure.panels.forEach((train, i) => {
        const last = i === figure.panels.length - 1;
        train.points = train.points || spikePoints(train);
        option.title.push(caption(theme, width < 520 ? train.caption.replace(/, density .*/, '') : train.caption, left, top, plotWidth));
        option.grid.push({ left: left, right: right, top: top + 24, height: heights[i] });
        option.xAxis.push(stepAxis(theme, train.steps, { gridIndex: i, name: last ? figure.xLabel : '' }, figure.timeStep));
        option.yAxis.push(neuronAxis(theme, train, { gridIndex: i, name: figure.yLabel }));
        const mark = style(i);
        option.series.push({
            type: 'scatter',
            name: train.name,
            xAxisIndex: i,
            yAxisIndex: i,
            dimensions: ['step', 'neuron'],
            data: train.points,
            symbol: 'rect',
            symbolSize: mark.size,
            itemStyle: { color: color(i), opacity: mark.opacity },
            large: true,
            largeThreshold: 1000,
            progressive: 100000,
            progressiveThreshold: 300000,
            clip: true,
        });
        top += 24 + heights[i] + (last ? 44 : 26);
    });
    figure.panels.forEach((train, i) => {
        if (crowded[i]) {
            option.series.push(crowdSeries(train, i, colour(color(i))));
        }
    });
    option.tooltip.formatter = (mark) => {
        const point = 2 * mark.dataIndex;
        const points = figure.panels[mark.seriesIndex].points;
        const neuron = points[point + 1];
        return echarts.format.encodeHTML(figure.panels[mark.seriesIndex].labels[neuron] || 'neuron ' + neuron) + ', step ' + points[point];
    };
    option.dataZoom = zoom(theme, top, left, right);
    const zoomed = (chart) => {
        const now = chart.getOption().dataZoom[0];
        if (Math.abs(now.end - now.start - (share.end - share.start)) > 1e-6) {
            Object.assign(share, { start: now.start, end: now.end });
            chart.setOption({ series: figure.panels.map((train, i) => ({ symbolSize: style(i).size, itemStyle: { opacity: style(i).opacity } })) });
        }
    };
    return { height: top + 22, option: option, zoomed: zoomed };
}
