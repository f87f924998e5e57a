/** Marks as large as the room of a step and a neuron, lighter where several fall on a pixel. */
function markStyle(train, width, height, share) {
    const perStep = width / (train.steps * share);
    const perNeuron = height / train.neurons;
    const size = [clamp(perStep * 0.7, 1.3, 3), clamp(perNeuron * 0.8, 1.3, 14)];
    const overlap = (train.count / (train.steps * train.neurons)) * Math.max(1, size[0] / perStep) * Math.max(1, size[1] / perNeuron);
    return { size: size, opacity: clamp(0.8 / overlap, 0.2, 1) };
}

function trainTitle(train, width) {
    const facts = grouped(train.neurons) + (train.neurons === 1 ? ' neuron' : ' neurons') + ', ' + grouped(train.count) + ' spikes';
    const density = width < 520 ? '' : ', density ' + short(Number((train.count / (train.steps * train.neurons)).toPrecision(3)));
    return (train.name ? train.name + ' \u2013 ' : '') + facts + density;
}

/** Few neurons are rows with a number each; of many the ends are named. */
function neuronAxis(theme, neurons, more) {
    const few = { type: 'category', data: Array.from({ length: neurons }, (none, neuron) => String(neuron)) };
    const style = neurons <= 12 ? axis(theme, few) : stepAxis(theme, neurons, { interval: roundStep(neurons, 5) });
    return Object.assign(style, upName('neuron', 38), more);
}

function rasterChart(figure, theme, width) {
    const left = 54;
    const right = 14;
    const plotWidth = width - left - right;
    const option = Object.assign(baseOption(theme), { title: [], grid: [], xAxis: [], yAxis: [], series: [] });
    const share = { start: 0, end: 100 };
    const suitable = figure.panels.map((train) => clamp(train.neurons * 14, 40, 270));
    const around = figure.panels.length * 50 + 60;
    const factor = stretch(figure, suitable.reduce((sum, height) => sum + height), around);
    const heights = suitable.map((height) => Math.max(10, height * factor));
    const style = (i) => markStyle(figure.panels[i], plotWidth, heights[i], Math.max(share.end - share.start, 0.1) / 100);
    let top = 0;
    figure.panels.forEach((train, i) => {
        const last = i === figure.panels.length - 1;
        train.points = train.points || spikePoints(train);
        option.title.push(caption(theme, trainTitle(train, width), left, top, plotWidth));
        option.grid.push({ left: left, right: right, top: top + 24, height: heights[i] });
        option.xAxis.push(stepAxis(theme, train.steps, { gridIndex: i, name: last ? 'step' : '' }));
        option.yAxis.push(neuronAxis(theme, train.neurons, { gridIndex: i }));
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
            itemStyle: { color: theme.series[i % 4], opacity: mark.opacity },
            large: true,
            largeThreshold: 1000,
            progressive: 100000,
            progressiveThreshold: 300000,
            clip: true,
        });
        top += 24 + heights[i] + (last ? 44 : 26);
    });
    option.tooltip.formatter = (mark) => {
        const point = 2 * mark.dataIndex;
        const points = figure.panels[mark.seriesIndex].points;
        return 'neuron ' + points[point + 1] + ', step ' + points[point];
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
