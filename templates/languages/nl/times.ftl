month-1 = januari
month-2 = februari
month-3 = maart
month-4 = april
month-5 = mei
month-6 = juni
month-7 = juli
month-8 = augustus
month-9 = september
month-10 = oktober
month-11 = november
month-12 = december

moment-date = { $date } om { $time }
moment-today = vandaag om { $time }
day-today = Vandaag
clock-today = om { $time }
clock-date = op { $date } om { $time }
