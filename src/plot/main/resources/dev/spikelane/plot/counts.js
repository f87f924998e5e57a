/** Spikes of each neuron in the first steps. Moving forward adds only what is new. */
function countsUpTo(figure, step) {
    const train = figure.train;
    if (!figure.counted || figure.counted.step > step) {
        figure.counted = { step: 0, counts: new Array(train.neurons).fill(0) };
    }
    const counted = figure.counted;
    for (; counted.step < step; counted.step++) {
        for (let neuron = 0; neuron < train.neurons; neuron++) {
            counted.counts[neuron] += fires(train, counted.step, neuron);
        }
    }
    return counted.counts;
}

/** Bars that grow step by step, the leading ones in another colour; or a profile over many neurons, its leading ones marked. */
function countSeries(figure, theme) {
    const counts = countsUpTo(figure, figure.step);
    const most = Math.max(1, counts.reduce((larger, count) => Math.max(larger, count), 0));
    if (figure.profile) {
        const leading = [];
        counts.forEach((count, neuron) => count === most && leading.push([neuron, count]));
        return [{ data: counts.map((count, neuron) => [neuron, count]) }, { data: leading }];
    }
    return [{ data: counts.map((count) => ({ value: count, itemStyle: { color: count === most ? theme.accent : theme.bar } })) }];
}

function countsChart(figure, theme, width) {
    const option = (figure.profile ? profileOption : barsOption)(figure, theme, width);
    const series = countSeries(figure, theme);
    option.series.forEach((one, i) => Object.assign(one, series[i]));
    return { height: option.grid.height + 54, option: option };
}

function countAxis(theme, figure, more) {
    return valueAxis(theme, figure, Object.assign(gridLines(theme), upName('', 24), more));
}

function spikesAfter(figure, name, count) {
    return echarts.format.encodeHTML(name) + ': ' + grouped(count) + (count === 1 ? ' spike' : ' spikes')
        + ' after ' + figure.step + ' steps';
}

function barsOption(figure, theme, width) {
    const longest = Math.max(...figure.labels.map((label) => label.length));
    const left = clamp(longest * 7 + 34, 50, Math.min(150, width * 0.36));
    const suitable = figure.labels.length * (figure.labels.length > 30 ? 14 : 26);
    const height = suitable * stretch(figure, suitable, 54);
    const option = baseOption(theme);
    option.grid = { left: left, right: 46, top: 4, height: height };
    option.xAxis = countAxis(theme, figure, { name: figure.xLabel });
    option.yAxis = axis(theme, Object.assign({ type: 'category', data: figure.labels, inverse: true }, upName(figure.yLabel, left - 14)));
    Object.assign(option.yAxis.axisLabel, { width: left - 30, overflow: 'truncate', color: theme.ink });
    option.yAxis.axisTick = { show: false };
    option.series = [{
        type: 'bar',
        barWidth: '70%',
        label: { show: true, position: 'right', color: theme.ink, fontSize: 12 },
    }];
    option.tooltip.formatter = (bar) => spikesAfter(figure, figure.labels[bar.dataIndex], bar.value);
    return option;
}

function profileOption(figure, theme) {
    const option = baseOption(theme);
    option.grid = { left: 54, right: 16, top: 8, height: 240 * stretch(figure, 240, 54) };
    option.xAxis = stepAxis(theme, figure.train.neurons, { name: figure.xLabel });
    option.yAxis = countAxis(theme, figure, { name: figure.yLabel, nameGap: 38 });
    option.series = [
        {
            type: 'line',
            zlevel: 0,
            step: 'middle',
            showSymbol: false,
            sampling: figure.train.neurons > 2000 ? 'max' : undefined,
            lineStyle: { width: 1, color: theme.bar },
            areaStyle: { color: theme.bar, opacity: 0.6 },
            itemStyle: { color: theme.bar },
        },
        { type: 'scatter', symbolSize: 8, silent: true, itemStyle: { color: theme.accent, opacity: 1 } },
    ];
    option.tooltip.trigger = 'axis';
    option.tooltip.formatter = (items) => spikesAfter(figure, figure.labels[items[0].value[0]], items[0].value[1]);
    return option;
}
