"""Sums of whole hours, the indexes of every list an operator filters, and the triggers that unmake a sum.

The triggers are written by hand: no model says them (docs/decisions/0031-hours-are-summed.md).
"""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        CREATE TABLE IF NOT EXISTS "hourly_movements" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "hour" TIMESTAMP NOT NULL,
    "price_id" VARCHAR(255) NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "payments" INT NOT NULL
) /* Sums of the journal, of the payments created in the hour, whenever the money moved. */;
CREATE INDEX IF NOT EXISTS "idx_hourly_move_hour_a5bb66" ON "hourly_movements" ("hour");
        CREATE TABLE IF NOT EXISTS "hourly_payments" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "hour" TIMESTAMP NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "is_final" INT NOT NULL,
    "creation" VARCHAR(10) NOT NULL,
    "payments" INT NOT NULL
);
CREATE INDEX IF NOT EXISTS "idx_hourly_paym_hour_2c1149" ON "hourly_payments" ("hour");
        CREATE TABLE IF NOT EXISTS "summed_hour" (
    "hour" TIMESTAMP NOT NULL PRIMARY KEY,
    "is_ready" INT NOT NULL
);
        CREATE INDEX "idx_attempt_state_0529ad" ON "attempt" ("state", "created");
        CREATE INDEX "idx_delivery_state_83096a" ON "delivery" ("state", "created_at", "id");
        CREATE INDEX "idx_payment_status_175834" ON "payment" ("status", "created_at", "id");
        CREATE INDEX "idx_payment_price_i_b89fbb" ON "payment" ("price_id", "created_at", "id");
        CREATE INDEX "idx_webhook_eve_state_a1cbbc" ON "webhook_event" ("state", "received_at", "id");
        CREATE INDEX "idx_webhook_eve_type_868a95" ON "webhook_event" ("type", "received_at", "id");
CREATE TRIGGER "payment_unsums_its_hour"
AFTER INSERT ON "payment"
WHEN substr(NEW."created_at", 1, 13) < strftime('%Y-%m-%d %H', 'now')
BEGIN
    DELETE FROM "summed_hour" WHERE "hour" = substr(NEW."created_at", 1, 13) || ':00:00+00:00';
END;
CREATE TRIGGER "payment_change_unsums_its_hour"
AFTER UPDATE ON "payment"
WHEN substr(OLD."created_at", 1, 13) < strftime('%Y-%m-%d %H', 'now')
    AND (NEW."created_at", NEW."status", NEW."is_final", NEW."creation", NEW."price_id", NEW."movements")
    IS NOT
    (OLD."created_at", OLD."status", OLD."is_final", OLD."creation", OLD."price_id", OLD."movements")
BEGIN
    DELETE FROM "summed_hour" WHERE "hour" IN (
        substr(NEW."created_at", 1, 13) || ':00:00+00:00', substr(OLD."created_at", 1, 13) || ':00:00+00:00'
    );
END;"""


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP TRIGGER IF EXISTS "payment_unsums_its_hour";
        DROP TRIGGER IF EXISTS "payment_change_unsums_its_hour";
        DROP INDEX IF EXISTS "idx_webhook_eve_type_868a95";
        DROP INDEX IF EXISTS "idx_webhook_eve_state_a1cbbc";
        DROP INDEX IF EXISTS "idx_payment_price_i_b89fbb";
        DROP INDEX IF EXISTS "idx_payment_status_175834";
        DROP INDEX IF EXISTS "idx_delivery_state_83096a";
        DROP INDEX IF EXISTS "idx_attempt_state_0529ad";
        DROP TABLE IF EXISTS "hourly_payments";
        DROP TABLE IF EXISTS "hourly_movements";
        DROP TABLE IF EXISTS "summed_hour";"""


MODELS_STATE = (
    "eJztXetv2zgS/1cEf9oDvEXqpGlv73BA2ma3ucujSLK3j6IQaJmOtZFEVY+kwd7+70fKel"
    "AUxYiOpFAsv9nijGT/hhrOi8M/Z/EXz03gi6MkgX6YXKL72Q/Wn7MA+BB/4IzOrRkIw2qM"
    "XEjA0svIwZYuI1rGSQScBF9eAy+G+NIKxk7khomLAnw1SD2PXEQOJnSDm+pSGrhfUmgn6A"
    "YmGxjhgU+fZiF48GGQ2O6K3P0WPsw+f8Yf3GAFv8KYR+NEECSwIp9bn2ZxArY/uRjMbhLe"
    "2msXeqvaX9/eJLtuJw9hdu2te3MSJD9mtOS3L20HeakfVPThQ7JBQcngBhkYNzCAUfa8H6"
    "wkSgkY5L/msBX4bP93RbL9bxTPCq5B6iUUeEu7ujaz7fOLa/vq+Nq2ZxJwOyggosI/Nc4A"
    "uCE/4fu/Lxb7+68Xe/uHb14dvH796s3eG0yb/d7m0Ou/tj+mQmt7qwyzk59Ozq/JD0J4Pm"
    "znCbnwV8YDErDlykRYoV8XZV0K7zYg4sugzsXIAv9JVhYF8iJhFBcqaVTzeQxx+OCr7cHg"
    "Jtngr/sLAdL/Pbp89+Ho8rv9xd/qcJ/nI4tsiABfAU1eDQmEc/KhoB11oteQXbx61QFaTN"
    "WKbTZWBxc/Sn4S15h2AjpHUc0pPAjQpV6vg3zlA89r1dgl0+NKewqKYqu39xevD0tNTb6I"
    "dPPV2dHpaaGMKzSplbP7+kcx6YTnKOtgA3o7RmnkSM/oJrdOouhjaq+B66URB9h/X12c80"
    "GlWBg0V66TWP+zPDfugqpiWlmAHcGC3NmPsY1P697vzo5+ZdXyu9OLtxk2KE5uouwu2Q3e"
    "sjMbRByN0g57QW8wl8OcODTrW8qoJheWwLm9x4DajRG0QG20zSF/4bNXQABuMiDJPyb/L3"
    "cZ30PPvYPRw4zjTpZjc5EzuaKpevYmYbAKkVu5ihsQ3EDypelUllZCAL8mdhI92CDZOpPM"
    "TRjvs7oloeW6puWdqO/zzJPkOqvUsJTXKjA1e/STntdprZmYB3sdLMyDvVYDkwyJ3VNG9F"
    "3xZmeMcVAfd1BNJGAkoCuNJWf302w6mZsjW/54qYvJD22A34o8xaET7ouXB68P3uwfHpRw"
    "l1dEKDcRzdCQ0BkFvYbaoq8V8dGISzu6bdGWAeGdhXjBJSCNgvHLLhr5ZbtGftnQyPjp+B"
    "bdFUJJP5462JuILqCN9wag7zEoietDPqoMK+uP5rwvig9aeaXXJ2fHV9dHZx9rrun7o+tj"
    "MrLIrj4wV787ZKZ4eRPrl5PrDxb5av1+cX7MerAl3fXvM/KbQJogO0D3NljRmBSXi0sNtZ"
    "TGWHorjnISRoIprp1eH8WE2vcLBIL4HkZNTK/x28EHteLQIYkhekmOf70Wh27Kd+T04vyn"
    "gpyN5/ADwfL6qs7Zg7pSzbTRSV+t3Sgmq4u7k6ib3GZ1UlnaMUwSbydJ1zmNlFWTsipRdx"
    "ejD0MQOPzAOzU8F8beGcKew++3eJaR+8bp8g+IbyuIuiPswzUi442LJh4+RqywPR5eCLRz"
    "GVFOr2Gopf/AbPGWSOBLsWgI8au9LuEsTNUKcjZWR3kFE+B6Mg5OxaEFxmN7OFOIII42pf"
    "sPHjoeivEauXyw3SSG3pqT1UHIgyBo8SI57AzuS8w/FPDllXEn+tuLi9PaRH97ws7kn8/e"
    "HmNRZJLILSduwKRmo8iY+jVG474rZ+rTQvYA9r9jCIMd5MzyGlErJ2r1vLp3WbZ9Jvbtcq"
    "J5Rw/Pdir6xxy92UUArTiBoYXWFsKfI3T/g4UfA4PV9yjwHl7MmJnRjYPjJjI+odmoo+RG"
    "HXoeyTnbTU79dpX07wyuI+Tb0qZznUuHfMzguXckjzLNY3yUDiAvpfaeLQfdevaswHaJZ2"
    "AqAbSNeEaAeJO3PZpR0OugHMYOZZjY0ciAy3tbxscyPta8m4/1cVs7PhM7WQXVvKuXFVIM"
    "PefTOKZ0Vf/OJteMI2UcqSkotm95Y8nUPVZFlPoHlEbewxm6g0RmMU+jsyRCdb7JiG2/Rv"
    "1oyOwq9WMS/ML62voD3yEAWAr593w6xVZetWe5QXadPGlu3W/wTLqDUXbJRwF8sMizV80g"
    "20DPMGG5ia4mRLayJnLBM46RPKZMpm4j15atyHX4u/QEixbFo6FtMEhLGVPSVOHbJTwliE"
    "41g1NOGkUwLy7sCjDNoyHI+13srnazi0UY+CjFZqrvBoizEIgWYpZTp72lI+/pLSyvpgBa"
    "0adZdEL+SRuRlHInPhYSavUmPlIyfNSZoAXeb1zIWOrq6ARjqX97lvp2V6mMiVNxaGjg9G"
    "9FujG+VwA4iTdhaSvNNmJJ6/O8NT1WtGbhI26LEoHRTvFoOKdfdkrcC/L2jTltTEatTMaT"
    "FfRDlBC/9T+QuyePoRCajG5Fa+edmJ/HZHzOrtEKbazrMfDUbiBGEP/vOLE3IN7IgM7yaa"
    "h+Dw86wH940Io+GTJJwedIvk6rvYXxgCZXz3OCQQVYxjn8zWWXHhcvuiylMkEacTPwPjsy"
    "qhCn2b39d/vamsk24DVaF53PUPFouKb2r+tJG2ef25BL6KbTbMZN7+6mA8chCRyZKU2x6F"
    "D+PUJ2eI0in9cOTXCMQMnxpI72E5rTwxwjMCnDURVRGMuxu+VY1ALyrMZyTGgx+jTVoOfg"
    "Bam/xCPN/klsEj+CDopW+ZEDJhOoZCZQ5diDVgZp/tY0QG6d5xWDia9zLE7yuFC2JrHGpO"
    "G0NUWJU0snm5I5BUrmTGXo0JWhyMnw2qk1VZ3VtKFVzYWi5Uyb/JJyZlhNkkVlOTsgjaUC"
    "2CWDjrqyU2vQfUFr0P1ta1BFghHnKHEdeJyfGzfjhCQYirkoMBFktDakiR/dvnhkpZFH9h"
    "L+hGf7L0e/Eamd/Pib/fPl6dXcIp2FLDeJrawXvRUnIEosFPwja/WVbEBiubEVIMtDwQ2M"
    "rBgm1i2EYZzxROi+uZVxhOf1nIczDaV7byiNp0AT5/Z2Kjm5FgpNtDYN0Usl9AAvASryd0"
    "oW4+js7OjELjfv/MgxEC4/8WzSF2rZZCExsXaxvGuMxr9STcaKWIWCDkWd2hIN1oqokYei"
    "6//Lc4o+kzM86F0Y7HnYeCw/8IY3ugGxnZW24vvGzRuT4W17tWyQfk4armp3aj93e7sLhz"
    "9O76bnUzieS1IyEVxDEpgqo9wFozmv5JnNyxjG5Ohc2ZRFjauXShmFUB8kYWG6VYyD85cU"
    "BImbcMLmrUY8zaKTHd9bWtOkIoZORcCvIXQSyNEO7XV0NI+ppHtCJR2Ib+WQLxmeBPt0PJ"
    "JBUOcXQrcrlJYKaB2USf/9xE2l+bgbwvluTue1ssVL0q8CvVNSaiFISi2a59VBH3u40ptC"
    "61wDQT19z5FyyBPoczbjt6+SJYNZJZ+wSsIEEOddBniax2D/hB0WwPN41bGigoKCQ0srZY"
    "DDOTBg6B6vfCHkpQiExgrLag5llLBYwjRy8OIHbckGFiyfdgtn/50UyDGWsjDTPLqFV/tH"
    "mEpydAWYYtFQVfcPsem9MiLYTOJOYk1kOEdcEgt9MtkVcTpN3fLHYsTGsft6b+0GEuwahh"
    "x7r31fScUxXobm5VDw9pyeCUGEPyUwknLP61wmgfAERzGC6zTmdd8UrYsli35hvoMuGuOg"
    "XWMcNDRGWdjSgFhcRUbzmSIy1YrIaAmPWOc8ISkOUeYMv4YuFtwOb1Od07xPKr9Pa+Dweu"
    "cK2vIUDMYUeEotwdZQJWWbkONKCGoKWEYjhieIwXScNx3ntYrX1wvB5RCnGA3mMv0Dg/ge"
    "RpKlYRSP0eBP0OCNvQ2SUdAar5n2EtO+dqhrx/hcjWe8CN3eUKtnzxG6OxjF3NByK6AUhw"
    "l4snBG8M6VxJNmMYA2tuBCuehlQa9D+IVNdnTLdojSHc1DPk2r1m8h5EJtqpQUc53TiFlp"
    "MUeQZBXuduwnVec1MVTVJK3IxvZLiHF1XM9tPbeDoZiLtrlHTdphd7tn3Yhqu8HNRu/n3e"
    "iNf83NjVw1M8WiYUy0/01XYIV4RS3iIuaCx2y36h6huMf/DmvyTMnIrsAsrzG2lFuCOaKG"
    "vG7PnQQNuX2fjZjVEnPdXpARc53TiFlpMa/dwI03O8mZYTWOk8pyRmniIF9qez/FMmIldZ"
    "QGwXiF1L1bnGGE8L/3mzi3F85RLDpEb8cunss7X8nkxmgWkxprFq/HpM8jupM6h4bhMrCy"
    "sK7cdd5MQmaqMlwG1mbmMQQutyREkHmsWAygLKAeXHGjUu0VNhXH+PU1s3+u08AhmFnL1P"
    "USN4hfkOf9aygDYoyqGyUj3u9LTTR7NPZN0c67R8HtVZ1t2IA4NjTzrj7SwXBz7iAZG+Pc"
    "wUpInbdxpU9qgqparGHoHkLm1LbKGTzs4gyyTjzlDB6y4CrTylcpnIdp5vtcB5QqDXX/+m"
    "IJ1yiSCiNVHDrqjEE6MK0TubRwyWAQ7oZwu9MoTA0LHEeTHWayw8r4MNg/XF1ue97MuI4L"
    "TTAXeyuE1I4o2sFrdvKfUJ4iYYp2nrdoR+WD0KePO+WXyHVnM43ZTNcw9cDGz5HXFTUmDW"
    "EexP0z56MrcGygOZSkuTB2WRe7H0oSQRDL9cOrODSMbnQ7T1lwnHIjuiE1d5e6ztpBfO7S"
    "mekcBy0YRqw+CmGwMm0ch175JrMJFz8ulD06pMakn9Id6Cg+UzXXiukgVXNmA/ROopha2a"
    "8iXTqNiLXcEnuVdWjDS2GQLbyN2HptfC4KrW97vdlORdprZP0TE4Eterl8ZkLupgpIySog"
    "lYPuWmX3J9IVafgJ35sLsY6Qb8v3vmTYdLBwh+5/iZdIeZxrTBqqiP5hdkAaS4VxSgYN4d"
    "3v1JtqX9Cbar/Zm0reWjd2uqJ2ej3GAe9chI1c2dRrg1HDF2mQE5ukUDbgSoA7atW40nZM"
    "/werrNybvLqsK7oVh374DjB34YOkI1lx6IdvP5selIlHkdTLJRTsU2NJ5uKoVJbKieBYu9"
    "JMdedIqadpxpqmXuCpippIfR+uPqA04mqIalSsHDI6e1MQPoteKJ4u4y0WPEP4i8+qLabv"
    "LbarJTfGyxBYceqTHjtrpGQzRy5MY8vKL3C5Qej2+A4vKDwFVRsXqqj7LaUNS9KR9qsE8G"
    "tiJ9FDtmVlblEjEXSge1frQ0vGs0nJHzY20bPbRIV0OkfVc3oNYynmNAITAd41AswoNxk5"
    "M6zjCNrYbrvJ2cOS8tGKozKFthrNZnYXd+89vUQ8s7i9crSg12J1GrtudApV/CMaA30X8C"
    "vcxmTqwSca5j+QG8S23G4fmkc7iAep6ieRBxtw6nGufOB5gvaMJdt4JWWLoWDe1pPtL14f"
    "lqVk5Iuoiuzq7Oj0tLnOkZpsmdahJb3Z2MNCSccnJC1xhtV0PVfZEodRxNsP3m4blgw6ZH"
    "rHsA0ViZkewch1NjNOtDQfmYvipKCiUSa7+61sLXiiTm8PWrbWsrebeO3F7Dp4K8M03sAv"
    "lQTCObmG6A4TGEZZM5gmwu3NuCkWc9r9lPpu//V//IQtkQ=="
)
