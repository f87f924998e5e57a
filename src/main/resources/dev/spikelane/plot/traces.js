function tracesChart(figure, theme, width) {
    const left = 40;
    const right = 14;
    const shown = figure.labels.length;
    const columns = Math.min(shown, width < 560 ? 1 : width < 900 ? 2 : 3);
    const rows = Math.ceil(shown / columns);
    const cell = width / columns;
    const height = shown < 3 ? 210 : columns === 1 ? 96 : 130;
    const pitch = height + 62;
    const option = Object.assign(baseOption(theme), { title: [], grid: [], xAxis: [], yAxis: [], series: [] });
    figure.labels.forEach((label, i) => {
        const x = (i % columns) * cell;
        const y = Math.floor(i / columns) * pitch;
        const count = figure.spikes[i].length;
        const facts = figure.marked ? ' \u2013 ' + count + (count === 1 ? ' spike' : ' spikes') : '';
        option.title.push(caption(theme, label + facts, x + left, y, cell - left - right));
        option.grid.push({ left: x + left, width: cell - left - right, top: y + 24, height: height });
        option.xAxis.push(wholeNumbers(theme, figure.steps, {
            gridIndex: i,
            name: i + columns >= shown ? 'step' : '',
            nameLocation: 'middle',
            nameGap: 22,
        }));
        option.yAxis.push(axis(theme, { type: 'value', gridIndex: i, min: figure.least, max: figure.most, splitNumber: 3 }));
        Object.assign(option.yAxis[i].axisLabel, { showMinLabel: false, showMaxLabel: false, formatter: short });
        option.series.push(traceLine(figure, theme, i), traceSpikes(figure, theme, i));
    });
    option.tooltip.trigger = 'axis';
    option.tooltip.axisPointer = { type: 'line', lineStyle: { color: theme.muted, type: 'solid', width: 1 } };
    option.tooltip.formatter = (items) => {
        const line = items.find((item) => item.seriesType === 'line');
        if (!line) {
            return '';
        }
        const neuron = line.seriesIndex / 2;
        const step = line.dataIndex;
        return 'step ' + step + ': ' + short(figure.values[step * shown + neuron])
            + (figure.spikes[neuron].includes(step) ? ', spike' : '');
    };
    option.dataZoom = zoom(theme, rows * pitch - 4, left, right);
    return { height: rows * pitch + 28, option: option };
}

function traceLine(figure, theme, i) {
    const shown = figure.labels.length;
    const points = [];
    for (let step = 0; step < figure.steps; step++) {
        const value = figure.values[step * shown + i];
        points.push([step, Number.isFinite(value) ? value : null]);
    }
    return {
        type: 'line',
        zlevel: 0,
        xAxisIndex: i,
        yAxisIndex: i,
        data: points,
        showSymbol: false,
        sampling: figure.steps > 5000 ? 'lttb' : undefined,
        lineStyle: { color: theme.accent, width: 1.5 },
        itemStyle: { color: theme.accent },
        markLine: figure.threshold === null ? undefined : {
            silent: true,
            symbol: 'none',
            label: { show: false },
            lineStyle: { color: theme.muted, type: 'dashed', width: 1 },
            data: [{ yAxis: figure.threshold }],
        },
    };
}

/** Ticks along the upper edge. */
function traceSpikes(figure, theme, i) {
    return {
        type: 'scatter',
        xAxisIndex: i,
        yAxisIndex: i,
        data: figure.spikes[i].map((step) => [step, figure.most]),
        symbol: 'rect',
        symbolSize: [2, 10],
        symbolOffset: [0, 6],
        clip: false,
        itemStyle: { color: theme.second, opacity: 1 },
        large: true,
        largeThreshold: 2000,
    };
}

function ratesChart(figure, theme, width) {
    const left = 46;
    const right = 14;
    const lines = figure.names.length;
    const option = baseOption(theme);
    const top = lines > 1 || figure.names[0] ? 30 : 8;
    option.grid = { left: left, right: right, top: top, height: 220 };
    option.legend = {
        show: top > 8,
        left: left,
        top: 3,
        padding: 0,
        icon: 'roundRect',
        itemHeight: 4,
        itemWidth: 18,
        textStyle: { color: theme.ink, fontSize: 12 },
        data: figure.names,
    };
    option.xAxis = wholeNumbers(theme, figure.steps, { name: 'step', nameLocation: 'middle', nameGap: 24 });
    option.yAxis = axis(theme, { type: 'value', min: 0, splitLine: { show: true, lineStyle: { color: theme.line } } });
    Object.assign(option.yAxis.axisLabel, { formatter: short });
    option.series = figure.names.map((name, line) => {
        const points = [];
        for (let step = 0; step < figure.steps; step++) {
            points.push([step, figure.values[step * lines + line]]);
        }
        const color = theme.series[line % theme.series.length];
        return {
            type: 'line',
            zlevel: 0, // without it ECharts 5.3 warns of the mark under the mouse
            name: name,
            data: points,
            showSymbol: false,
            sampling: figure.steps > 5000 ? 'lttb' : undefined,
            lineStyle: { color: color, width: 1.8 },
            itemStyle: { color: color },
        };
    });
    option.tooltip.trigger = 'axis';
    option.tooltip.axisPointer = { lineStyle: { color: theme.muted, type: 'solid', width: 1 } };
    option.tooltip.formatter = (items) => 'step ' + items[0].dataIndex + items
        .map((item) => '<br>' + item.marker + echarts.format.encodeHTML(item.seriesName) + ' ' + short(item.value[1]))
        .join('');
    option.dataZoom = zoom(theme, top + 220 + 44, left, right);
    return { height: top + 220 + 74, option: option };
}
