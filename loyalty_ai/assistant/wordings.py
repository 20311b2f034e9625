"""How people ask a shop things: a table of subjects, each as a shop's documents put it and in shoppers' own wordings.

A question that is like these wordings is heard as their subject (`loyalty_ai.assistant.hearing`), and the documents are asked for
that. A subject that no document of a shop treats is as useful: a question about it is not answered by a part that only has some of
its words. Nothing here is particular to one shop, and nothing here is ever said: answers are the documents' own.
"""

# ruff: noqa: E501 (a pattern is read as one line of a table)
from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from loyalty_ai.assistant.wordings_own import OWN
from loyalty_ai.assistant.wordings_zh import ASKED_ZH, ELSEWHERE_ZH, OURS_ZH

ASKED = """
what delivery costs:
  was postage on top of that; is postage on top; was delivery extra; how much is delivery; what do you charge for shipping; is shipping free; what does postage come to; do I
  have to pay for delivery; who covers the postage; is carriage included in the price; what are the delivery charges; free
  delivery over a certain amount; how much to send it to my house; any extra for postage and packing; does it cost extra to
  have it delivered; is p&p on top; what will the shipping set me back; is there a delivery fee; do small orders ship free
  too; do I get free shipping; postage to scotland how much; do you charge for getting it to me; what would I pay for postage;
  do you charge to bring it; what do I pay to have it sent; does that include delivery; how much to have it sent to my aunt;
  do I pay for delivery on top of that; do I have to pay p&p; what is the carriage; is the price with delivery
delivery is free, there is no minimum order:
  is there a minimum spend; smallest order; is there a minimum order; is there a smallest amount I have to spend; do I have to
  spend a certain amount to order; what is the least I can spend; is my order too small; can I order something for two pounds
how long delivery takes, working days: how long does delivery take; how many days until it gets here; how fast do you ship;
  when can I expect my parcel; how soon will it come; will it be here by friday; how quickly do you send things out; delivery
  time; what is the wait; when do you dispatch; will it arrive in time for christmas; how long before it turns up; if I order
  today when do I get it; how many working days; delivery estimate; do things ship the same day; what is your turnaround; I am
  leaving on friday will it be here; how long is shipping; when would it reach me; if I buy today will it make it for a party
  on the 20th; will it be with me before the wedding; is there enough time before saturday; can it get here before her
  birthday; I need it by the end of the month will it come; how long from ordering to the doorstep; would it reach me before
  we go away; how quick are you; is it too late to order for christmas; hoping to have it by thursday for a party; I need the
  thing here for saturday is that doable; would it be here for the weekend; what is the cut-off for getting a thing here
  before the 24th; last day to order for christmas; how late can I order to have it in time; could I have it here by the 16th; can you get it to me for
  thursday; I need it for saturday is that possible; the party is on friday would it be here; what is the last date for
  ordering before christmas
orders at the weekend: which day would an order placed on saturday leave; I order on sunday when do you send it; when is a weekend order
  packed; do you pack on sundays; if I order on a saturday when does it go out; what happens to orders at the weekend; I ordered on
  saturday night when will it be sent; when does an order of a sunday arrive
express delivery: do you do next day delivery; can I get it tomorrow; express shipping; I need it urgently; same day delivery;
  can I pay for faster delivery; is there a quicker option; rush order; I need this by the weekend; can you speed it up;
  priority post; can it be here tomorrow; I need it by monday; it is for tonight can you hurry; overnight shipping; I am in a
  rush; need it quickly; my friend says you do next day; can I have it on the doorstep the next day; somebody told me it comes
  overnight; would it be here the day after I order; I heard you deliver the very next day; can you get it to me sooner if I
  pay more
delivery on a chosen day, at weekends: can I choose a delivery day; do you deliver on saturdays; deliver on sunday; can I pick
  a time slot; nominate a day for delivery; will the courier come at the weekend; evening delivery; can it come on a certain
  date; I am only in on mondays; can it be delivered after six; can you leave it until next week; hold my delivery until I am
  back; will it come on a sunday; do couriers work weekends; arrange a delivery slot; does the driver come on saturdays; do
  your drivers work on sundays; does the postman bring parcels at the weekend; will anyone deliver on a saturday; can the
  driver come when I am at home; can the van come after 6pm; will the courier come in the evening; can it come on a day I am
  off work; I am out on tuesdays can it come on another day
countries we deliver to:
  can my friend in dublin get a parcel from you; I am in toronto can I order; can somebody in paris order; does a parcel go to berlin; I live in oslo do you send there; do you ship to jersey;
  do you deliver abroad; do you ship to germany; can you send to america; international shipping; which
  countries do you ship to; do you post overseas; can you deliver to ireland; will you ship to australia; I live in canada can
  I order; delivery outside the uk; do you mail worldwide; my friend lives in italy could you send it there; do you ship to
  new york; do you ship to the states; can I order from abroad; do you deliver to northern ireland; do you cover the
  highlands; I am in poland; shipping to the channel islands; is it possible to have it sent to japan; my son lives in sweden
  can you ship there; delivery to the eu; would it reach my aunt in norway; I am moving to spain can you still send things; do
  you post to my cousin in france; would you send a parcel to greece; my daughter studies in poland can she get one; can I
  have something sent to my holiday home in portugal; do you deliver to iceland
customs and import tax abroad:
  my sister lives in zurich will she have to pay anything when the parcel comes; are there duties on a parcel to ireland; will the postman in geneva ask for money; does my friend abroad pay tax on it;
  do I have to pay customs; import duty; will there be taxes at the border; are duties included;
  will I be charged vat on import; extra fees when it arrives from abroad; brexit charges; customs paperwork; who pays the
  duty; will my parcel be held at customs; import charges for switzerland; any tax to pay when it gets to norway; will I get
  stung for tax if it goes abroad; will my cousin in zurich pay tax on it; import fees for a parcel to oslo; how come the
  courier wants money for my parcel abroad; the carrier asks me for a fee at the door in norway
a parcel does not arrive, we look for it:
  when may I write to you about a late parcel; from which day can I write about a parcel that is late; my parcel was due three days
  ago when do you look for it; how long must I wait before I report a missing parcel; when do you start to search for a parcel;
  how many days late must it be before you act; the expected day has passed what now;
  my parcel has not arrived; my order never came; package lost in the post; it says
  delivered but I have nothing; still waiting for my order; I bought it three weeks ago and it has not come; it is late; the courier lost it; my delivery is missing; it was
  stolen from my doorstep; order overdue; should have been here last week; nothing has shown up; my parcel never came; I have
  not received anything; where is it it should be here by now; parcel went missing; lost in transit; the tracking has not
  moved for days; the neighbours do not have it either; I was home and nobody came; delivery did not happen; nothing came
visit us, collect an order:
  I live nearby, could I just come and collect; could I come and fetch my order there; can I pick my parcel up myself; may I come to the warehouse; can I drive up and get it
  from you; I would rather collect it than have it sent; could I swing by and get my parcel; let me fetch it in person;
  can I collect my order; click and collect; pick up in store; can I fetch it myself; collect from
  the warehouse; can I come and get it; save on delivery by collecting; can I pick it up; could I come by and take it with me;
  do you allow collection; can I drive over and get my order; pick my order up in person; can my sister collect it for me;
  could my husband pick the parcel up from your warehouse; may somebody else fetch it for me; could a friend come and get my
  order; can my mum come by for it; is there a counter where I can get my things; my neighbour is in town on friday can he
  grab my parcel from you; can he pick up the thing from you; can somebody come by and take it along
visit our shop:
  do you have a shop in london; is there a store in york; have you a branch in manchester; any shop in scotland; is there one of your shops near birmingham;
  do you have a shop; where are you located; can I visit your store; is there a showroom; high street branch;
  can I see the products in person; where is the nearest store; are you online only; what is your address; can I browse in
  person; have a look round before buying; can I pop in; do you have a physical store; where can I see your things; is there a
  branch near me; do you have a market stall; can I walk in; where are you based; may I come and look around; can I come and
  look at things in your store; could I wander round your premises; can I handle things before I buy; I would like to touch it
  before buying; can I try it out in a shop first; is there somewhere I can see it with my own eyes; could I drop by for a
  browse; is there anywhere I could see the things; somewhere in town where I can look at one; is there a place to see it in
  real life; do you have a display I can visit
opening hours:
  can I phone you tomorrow; can I ring you on saturday; may I call this evening; can I call at six; will someone pick up the
  phone on sunday; can I reach somebody after five; until when can I call; is the phone manned at weekends;
  what are your opening hours; when are you open; what time do you close; what time can I ring; are you there on
  weekends; office hours; when is customer service available; are you open now; how late are you open; what hours do you work;
  when do you open on mondays; what time do you shut; is someone in the office now; is anybody there at the moment; is anyone in today; are you there in the evening; how late can I call
holidays, closed:
  will anybody answer the phone on 28 december; can I ring you on boxing day; are you there on the 30th of december; is anybody
  in on christmas eve; if I order on 27 december when is it packed; is anyone in the office on new year's eve;
  are you open on bank holidays; are you closed at christmas; new year's opening; easter closing; do you work
  on public holidays; opening over the festive season; are you shut on good friday; will orders be sent out between christmas
  and new year; are you working on new year's day; are you open over christmas; open on easter monday; do you close for the
  holidays; are you working on the first of january; when are you back after christmas; are you shut for new year; is anybody
  packing on boxing day; will parcels go out on new year's eve; who is working on a bank holiday; do orders leave over the
  holidays; is somebody there on christmas eve; do you have days off at the end of december; is your warehouse shut on public
  holidays; are you off between the years; do you lot work on good friday; are you there on easter monday; do you work over
  the bank holiday weekend; is anybody in on christmas day; anybody manning the phones on the 27th of december; is somebody
  answering between christmas and new year
telephone number:
  can I ring from germany; what number do I dial from abroad; is there a number for calls from other countries; which number from outside the uk; phone number from overseas;
  what is your phone number; can I call you; telephone; how do I ring you; number to call; I want to speak to
  somebody on the phone; is there a helpline; customer service number; who can I talk to; how can I contact you by phone; what
  number do I dial; can I phone someone; ring you up; phone line; give me a number to call; is there someone I
  can talk to; can I get hold of a person; is there somebody to speak to; can I speak to anyone; who can I speak with; can I
  actually talk to somebody
write to us, contact:
  how quickly do you answer e-mails; how long until you reply to an email; where do I write about a wholesale question; which address do I write to about my data; when will I get an answer to my mail; how soon do you reply;
  what is your email address; how do I contact you; how can I get in touch; who do I write to; contact
  details; send you a message; reach customer support; drop you a line; where do I send a question; support email; how can I
  message you; do you have an email; who should I email about my order
chat with the assistant or a person: can I chat to somebody; live chat; talk to a real person; am I talking to a robot; are
  you a human; is this a machine; are you an ai; is there someone there; is this a real person; are you a person; is this
  automated; am I chatting with a computer; are you a real human or a bot
complaints: I want to complain; how do I make a complaint; I am not happy with the service; speak to a manager; terrible
  service; who do I complain to; file a complaint; your staff were rude; I am very disappointed; escalate this; I have a
  complaint; how can I complain about an employee; this is unacceptable; I want this taken further; your service is awful; put
  me through to your supervisor; poor customer service; who do I moan to about rude staff; somebody was rude to me who do I
  tell; I want to speak to whoever is in charge
how long you have to return goods, within days of delivery: how long do I have to return something; return policy; can I
  return it if I do not like it; can I send it back if I change my mind; how many days to return; is it too late to return; I
  have had it three weeks can it still go back; money back guarantee; can I bring it back if it does not suit; what if it is
  not what I expected; it does not fit the room can I return it; is there a cooling off period; unwanted item; how long can I
  keep it before returning; can I send back something I do not like; what if I regret buying it; returns window; after how
  many days can I not return; I do not want it can I give it back; it looks different from the picture can it go back; can I
  return it after a month; may I return something that does not fit; I changed my mind about a thing can it go back; the thing
  is not for me how long have I got to return it; it does not go with my kitchen can I return it; changed my mind on a thing
  it is still wrapped what do I do; it is still in its plastic can I return it
return goods unused in their own packing: does it have to be unused; do I need the original packaging; can I return it without
  the box; I already used it can I return it; do I need the receipt to return; tags removed; I threw the packaging away; must
  it be in the original box; do I need the packaging; the box is gone can I still return it; is it ok if I opened it; can I
  return something I tried; do the labels have to be on; do I need to keep the box; should I hang on to the packaging; I have
  chucked the box it came in can I return it; I binned the wrapping does that matter; the packing went in the recycling; does
  it have to come back in its own box; can I send it back without the carton; I have worn it once
how to return something:
  how long do I have to post the return once I have the label; is the return label in the parcel; where do I get the label; by when must I post it after I got the label; do you send me a label; what do I write to you for a return;
  how do I return something I bought as a guest; return without an account; how do I return something; how do I send it back; where do I post returns to; return label; start a
  return; I want to return my order; return address; do I need a returns form; what do I do to get it sent back; arrange a
  return; how does returning work; what do I need to do to return; how do I post it back; can you pick up a return; I need a
  returns label; where should I send it; steps for a return; get rid of something I bought
what a return costs: are returns free; who pays for returns; do I pay the return postage; cost of sending it back; do you
  deduct anything from the refund; free returns; how much to send back; is there a restocking fee; do I have to pay to send it
  back; is returning free; will you cover the return shipping; what do you take off for a return; who pays if I send it back;
  do I have to stump up for the return of a thing I do not fancy; is sending it back at my expense; does returning a thing
  cost me anything; am I out of pocket if I send it back
what cannot be returned: which items cannot be returned; can I return earrings; can I return opened candles; are sale items
  returnable; can personalised items be returned; non refundable goods; can I send back jewellery for hygiene reasons; return
  opened soap; is there anything I cannot send back; I opened the soap can I return it; can candles go back; are earrings
  returnable; the perfume of the candle is awful can I return it; is jewellery exempt from returns
when the money comes back, refund: when do I get my refund; how long does a refund take; where is my refund; when will the
  money be back in my account; has my refund been processed; how do I get my money back; how will you refund me; do I get a
  full refund; refund to my card; I have not been refunded; how quickly do you refund; when will you pay me back; I sent it
  back and have no money yet; how long until I see my money; do you refund to paypal; how do I get reimbursed; will I get all
  my money back; still no refund; I posted it back on monday when do I see the cash; how many days until a refund is paid; you
  have my return where is the money; when does the cash land in my bank; how soon after you get it back am I paid; I dropped
  my return at the post office last week and no money
exchanges: can I exchange it; can I swap it for another one; change it for a different colour; swap the size; replace it with
  something else; I bought the wrong colour; trade it in for another; can I change it for something else; I want a different
  one instead; can I have it in another colour instead; do you do exchanges; switch it for a bigger one
return a gift:
  somebody gave me this from your shop can I bring it back; is returning a gift free; what does it cost to return a present; I was given one of your things can it go back;
  can a gift be returned; I was given this and want to return it; return a present without a receipt; who gets
  the refund for a gift; my mother does not like the present I gave her; somebody gave me this; I received this as a gift can
  I return it; can the person I gave it to return it; my aunt does not want her present; unwanted present; return something
  that was bought for me; I was given it as a present and it is not my thing can I get the money for it; it was a birthday
  gift and I would rather have the cash; a friend bought it for me can I hand it back; can I have the money for a present I do
  not like; I got two of the same for my wedding; can someone who got it as a gift return it; my gran gave me a thing can I
  get the money back; can she have her money back for a present; my sister bought me this and I do not want it
return a part of an order:
  if I return two of the five things I ordered do I get part of the money; can I keep three and send two back; can I give back only one of the four;
  can I return part of my order; send back just one item; keep some and return the rest; return one
  of two; can I send back only some of it; return just one of the things; I want to keep half
if something arrives broken or damaged: it came without a handle; it came without its lid; my order arrived broken; it came damaged; the item is cracked; it was smashed in
  transit; the glass is chipped; it arrived in bits; there is a scratch on it; the box was crushed; faulty item; it is
  defective; came with a dent; it does not work; it was shattered when I unpacked it; it is in pieces; everything was broken
  when I opened the box; arrived cracked; it was broken on arrival; the handle has come off; there is a hole in it; the plate
  was in bits; it got damaged on the way; the lid is broken; badly packed and broken; my mug has a crack; it leaks; it is
  ruined; what happens if something is broken; the cup is smashed; the handle snapped off; it has a big tear along the edge;
  it came with a piece broken off; one side is cracked; I unwrapped it and it was split; it turned up bent; the lid came
  chipped; there was glass everywhere in the parcel; the seam is ripped; it arrived with a hole; the leg came loose in the
  box; the paint is scraped off
something arrives wrong or missing, not what you ordered: you sent the wrong thing; this is not what I ordered; I received
  somebody else's order; wrong colour arrived; there is something missing from my parcel; only half of my order came; one item
  is missing; I got one too few; you forgot something; I was sent the wrong one; you mixed up my order; this belongs to
  another customer; my parcel had other people's things; I got a different colour; I am one short; not everything was in the
  box; I only got two of the three; the parcel is incomplete; half of it is missing; I ordered two and there is only one in
  the parcel; there should be four but I count three; you sent me a blue one and I wanted red; one thing was not in the
  parcel; there is a mug too few; that is not the one I picked; my parcel was short; the things I got have the wrong pattern
  on; they are the wrong size; it is not the one in the picture
what we need from you, photo of the damage: do I need to post them back; do I have to send it back when it is broken; do you need a photo; what information do you need for a broken item; do I have to
  send the broken one back; evidence of damage; shall I send you a picture of it; do you want the damaged one back; what do
  you need to know about the breakage; do I need to post the broken one back; must I return the damaged thing
damaged, a new one or your money back: will you send a replacement; can I have a new one; replacement or refund for a broken
  item; will you make it good; what will you do about the damage; can I get a replacement; do I get a new one for free; will I
  get my money back for the broken one; how will you sort out a broken item; so when would I have the new one; when do you
  send the replacement; how soon is a broken one replaced
faults that show later, months, repair:
  I dropped the thing I bought will you replace it; I broke it myself is that covered; does the guarantee cover a fall; it slipped from my hand and broke;
  is there a guarantee; what is the warranty; it broke after two months; how long is it
  covered; it stopped working; fell apart after a while; guarantee period; what if it breaks next year; my clock stopped; how
  long is the guarantee; do your products have a warranty; it stopped after a few weeks; it broke after a while; does it come
  with a guarantee; is it covered if it breaks; it lasted only a month; how long should it last; it ran for three months then
  died; it worked for a while and then gave up; the stitching went after a few weeks; it fell to bits after a month; it packed
  up after half a year; it went wrong after two months; it does not light up any more; it has stopped working since; the thing
  gave up the ghost in october and I bought it in august; it conked out after a few weeks; it has stopped going; it only
  lasted till spring; the battery cover went after two months
your rights by law:
  what are my legal rights if something is faulty; which law protects me as a buyer; do I keep my statutory rights; what does the consumer rights act say; does your guarantee affect my legal rights;
  what are my rights; consumer rights; statutory rights; consumer law
ways to pay, cards: how can I pay; which cards do you take; do you accept paypal; can I use apple pay; do you take american
  express; can I pay cash; pay by cheque; google pay; do you accept bitcoin; bank transfer; can I pay on delivery; debit card;
  payment options; can I use my phone to pay; do you do klarna; buy now pay later; pay in instalments; do you take diners
  club; what payment do you take; can I pay with my phone; do you take visa; do you accept maestro; can I use a credit card;
  do you accept cheques; can I pay by cash; is paypal ok; can I pay in crypto; do you offer klarna; can I pay monthly; can I
  split the payment; can I pay the courier; which wallets do you support; can I pay with a wallet app; is it possible to pay
  when it is delivered; can I pay the driver at the door; can I pay once it is here
when your card is charged:
  do you charge before you dispatch; is my card charged before or after it leaves; will you take the money now or later; do you debit me at order or at dispatch; when is the payment taken;
  when will the money leave my account; when does the money leave my bank; when is my card charged; when do you charge my card; when will I be charged; when is my card debited; do you take the money straight away; when does
  payment come out; why have I been charged already; do I pay now or when it ships; when do you take the payment; when will
  the money be taken from my account; do you charge me before it ships; when does it come off my card; have you taken my money
  yet; when is the money debited from my bank; when does the money actually go out; when do you take it off my card; will it
  leave my account today; is it charged at once
currency, prices include vat: what currency are the prices in; can I pay in euros; do prices include vat; is that plus vat; is that with vat; is tax included;
  price in dollars; are prices with tax; are your prices in pounds; can I see prices in euros; is vat added at the end; are
  the prices net; do you charge vat; can I pay in my own currency
invoices: can I get an invoice; vat receipt; I need a receipt for my company; where is my invoice; proof of purchase; copy of
  my receipt; bill for my accountant; I need an invoice; can you send me a receipt; receipt for my taxes; where do I find my
  bill; can you put my company on the invoice; I lost my receipt; my accountant wants a vat receipt; can you bill my company;
  can I have the bill in my firm's name; I need paperwork for my expenses; send me a tax receipt; I need something to claim it
  back at work
discount codes and offers: do you have a discount code; promo code; any vouchers; coupon; my code does not work; is there a
  first order discount; student discount; nhs discount; do pensioners get anything off; any deals on; black friday sale; when
  is your next sale; can I have a bit off; special offers; newsletter discount; is there money off for key workers; do you
  have any offers; any coupons going; is there a discount for new customers; do students get a discount; do teachers get money
  off; can I get something off; do you ever have sales; where do I enter a code; do you do military discount; is there a code
  I can use; do you give a discount to the over sixties; free gift with purchase; anything on offer; when do the sales start;
  do nurses get money off; is there a student deal; any deal for teachers; is there something off for pensioners
gift vouchers: do you sell gift cards; gift voucher; can I buy a voucher; e-gift card; gift certificate; store credit; a token
  for a friend; can I get a gift card for my mum; do you have vouchers; do you do gift cards; can I give somebody a voucher;
  do you take gift cards
is paying safe, card numbers: is it safe to pay; is your site secure; do you store my card details; will my bank details be
  safe; are you legit; is this a scam; can I trust you with my card; encryption; will my card number be stolen; is it secure
  to enter my card; what happens with my card details; do you keep my card number; are payments encrypted; is this website
  real; is it safe to buy from you; are you trustworthy; do you have my card on file after I buy; do you keep my card for next
  time
if a payment fails: my payment failed; card declined; it will not accept my card; payment error; was I charged when it failed;
  the checkout crashed while paying; my bank refused the payment; did my order go through; it says payment failed; my card was
  refused; the payment did not go through; I paid but got no confirmation; I was charged twice; do I have to order again after
  the payment failed; nothing happened when I pressed pay
price falls after ordering, difference back: it got cheaper after I bought it do I get the difference; if the price drops next week
  do you refund the difference; I paid more last week than it is now; what if it goes on sale after I order; can I have the
  difference back if it is reduced; the price fell since I bought it; do you give money back when a price comes down later
price match with other shops: do you price match; I saw it cheaper elsewhere; will you match another shop's price; found it
  for less; beat a price; it is cheaper on amazon; can you do the same price as another shop; do you beat competitors
how to change an order:
  can I have two orders sent together; put two orders in one parcel; combine my orders; can I change my order; I ordered the wrong thing; remove something from my order; I want to change the
  quantity; edit my order; amend what I bought; I want to take something out of my order; I picked the wrong colour can you
  change it; can you change my order; adjust my order; I need two instead of one; can I still alter it
add a product, place a second order: add an item to my order; I forgot to add something; can I put another one on my order; combine
  two orders; can I add something to an order I placed; can I order one more with it; am I too late to add a thing to the order
  I made an hour ago; I want one more on the order from this morning; I would like to add another thing and remove nothing; can
  you pop one more in with my order; I want to add to what I ordered
how to cancel an order: how do I cancel my order; I want to cancel; I do not want it any more; stop my order; I ordered by
  mistake; call off my order; can I still cancel; I have changed my mind about my order; undo my purchase; ordered twice by
  accident; can I cancel; please cancel it; I want to cancel what I just bought; how can I withdraw my order; I do not need it
  any longer; changed my mind about what I ordered; is it possible to cancel; can you scrap my order; forget my order; I
  ordered this morning by mistake can it be stopped; I pressed buy too soon can you stop it; can you stop an order I just made
an order that has left, dispatched: it has already been dispatched can I cancel; too late to cancel; can I refuse the parcel;
  stop it before it leaves; can I cancel once it is sent; it is already on the way can I stop it; is it too late to change it;
  it has shipped but I do not want it
wrong address: I gave the wrong address; change my delivery address; I have moved house; I typed the postcode wrong; send it
  to a different address; the address on my order is old; I entered my old flat; I put in the wrong address; I made a mistake
  in my address; wrong house number; I forgot the flat number; can you change where it goes; my address has a typo; it is
  going to my old address; redirect my parcel; send it elsewhere; I have moved since ordering; it is going to my old flat; I
  have a new address since I ordered; I changed flats and my order goes to the old one; I put my work address by mistake; my
  parcel is going to the wrong place; can you send it to my new place instead; I already ordered can you ship it to my mum's
  instead; can it go to another house instead of mine; I want it sent somewhere else after all; send it to my office instead I
  already ordered
when we cancel an order: why was my order cancelled; you cancelled my order; can you cancel my order yourselves; price
  mistake; why did you cancel; my order was cancelled by you; you have cancelled it and I do not know why; why was I sent an
  email saying my order is cancelled by you; you wrote that my order was cancelled
order as a guest without an account: do I need an account; can I order as a guest; checkout without registering; do I have to
  sign up; buy without an account; create a profile to order; must I log in; can I buy without signing up; do I have to
  register; is an account required; must I make an account to buy; guest order; can I order without logging in; is registering
  necessary; do I need to create an account; ordered as a guest how do I see where my parcel is; I have no account how do I
  find my order
gift wrapping:
  how much does the gift wrap cost for gold members; is gift wrap priced per item or per parcel; does the wrapping fee cover two
  parcels; what do platinum customers pay for wrapping; one wrapping for the whole order;
  do you gift wrap; can you wrap it; how much is gift wrapping; is wrapping free; do gold members pay for wrapping; is wrapping free for gold customers; can you make it look like a
  present; can it be put in a gift box; presentation box; could you wrap it up nicely; what paper do you wrap with; do you
  offer a wrapping service; do you do gift wrapping; can I have it wrapped; can you wrap things; is there gift packaging; do
  you wrap presents; can it come in nice paper; what does wrapping cost; how do I get it wrapped; could it be wrapped as a
  gift
what gift wrapping looks like, paper and ribbon:
  what colour is the ribbon on gift wrap; what does the wrapping look like; what does the gift wrapping look like; what colour is the paper; bow and ribbon;
  are things wrapped one by one; what kind of paper do you use; which colour is the ribbon; does each thing get its own
  wrapping; show me the wrapping; could you put all three things in separate wrapping; can each present be wrapped by itself;
  do you wrap them together or one by one; can you wrap each thing separately
gift messages:
  how long may the message on the card be; how many characters can the message be; how many characters can my message have; how many
  characters in a gift message; is there a limit on the length of the message; how many letters fit on the card; how many words can I have on the gift card message;
  is the card with my greeting free; what does a message on a card cost;
  can I add a message; include a card; write a note to go with it; personal message; greeting with the parcel;
  put a few words in; can you handwrite something; can I put in a note; can you write a card; can you include a birthday card;
  I would like to add a few words; can a personal note go in; is there a gift note; put a message inside; can you put in a
  birthday card from us all; can a card saying happy birthday go in with it; I would like a note inside saying well done; can
  you add some words from me; write happy anniversary on a card for them
a gift parcel shows no prices, invoice:
  does the person who gets the gift see what I paid; will my friend find out the price; is there a bill inside a gift; can the
  one who opens it see the price;
  will there be a price in the parcel; do not show the price; hide the cost from the
  recipient; is there a receipt in the box; will she see what I paid; leave the invoice out; will the recipient see the price;
  is the price in the box; can the person see how much it was; does the gift come with a bill; can you hide the price; will
  there be an invoice in a present; can you hide what it cost; I do not want them to know what I paid; please leave the price
  off; take the price tag off it; can you send it without the bill; it is a surprise so no prices please; please do not put
  the bill in it is a surprise; keep the receipt out of the box; no paperwork with prices please; with no prices inside; no prices in the parcel; without a bill
sending a gift to another address:
  can a present go to an address in norway; can the gift be sent to france; how long does a gift take to my friend; can you post a gift to my mum's house;
  can I send it to someone else; deliver to a friend's address; send a present directly to
  her; different delivery and billing address; ship straight to the birthday boy; can you send it straight to my friend; send
  it as a present to my brother; deliver a gift to another address; can it go directly to the person; post it to my nan for
  me; can I have it sent to somebody else's house
if we cannot send what you ordered, a product is missing when we pack:
  if something is missing when you pack do I get my money back; what if you run out while packing; what if one thing of my order
  is out of stock after I paid; what happens when an item is unavailable after ordering; do I get refunded for an item you
  could not find; you had no stock of one thing I ordered; will the rest of my order still be sent if one thing is gone; what
  if somebody else bought the last one before my order was packed
until when can an order be changed or cancelled: until when can I cancel; until when can an order be changed; how long can I still
  change my order; is it too late to cancel an order from yesterday; how long do I have to cancel; can I still change an order I
  placed an hour ago; what is the last moment to change an order; by when must I cancel
how to ask for gift wrapping: how do I ask for wrapping; the order has left can you still wrap it; is it too late to have it wrapped; I forgot
  to ask for gift wrapping; where do I say that it shall be wrapped; by when must I ask for wrapping; can I add wrapping after I
  ordered; how do I request gift wrap; where can I choose wrapping
sold out products:
  the thing I want is sold out can you order one for me; can you get one in for me; could you order it specially for me; will you make an exception and order one;
  it is sold out; can I order something out of stock; do you do back orders; can I pre-order; waiting list;
  reserve one that is not in yet; put my name down for the next batch; can I order it although it is sold out; can I pre
  order; can I get on a list for it; can I reserve something that is coming; backorder; it says sold out what now; can I buy
  something before it comes out; can I put my name down for it; can I order it in advance; it is gone can I still order one;
  may I book one for when it is back; can I pay now and get it when it is in; can you put me on the list for the next lot
when sold out products come back: when will it be back in stock; when do you get more; will you be restocking; notify me when
  it is available; is it discontinued; will it ever come back; when is the next delivery of these; let me know when you have
  it again; when is it back; when will you have it again; are you getting more in; will you have these again; do you know when
  it returns; is it gone for good; when will new stock arrive; when do they come back in
is the cart reserved: does my basket hold the item; is a thing held for me once it is in my basket; how long will things stay in my cart; is it reserved for me when I add it;
  will someone else buy it while it is in my basket; my trolley was emptied; can you keep one aside for me; put one by for me;
  does adding to the basket reserve it; if I put it in my basket is it mine; will it be kept in my cart; can somebody else buy
  what is in my cart; how long do you hold my basket; does my trolley hold things for me; save it for later; can I leave it in
  my basket till payday; will somebody nab it while it is in my basket; does it stay mine while I think about it; can you hold
  it until friday for me; if I leave it in the trolley overnight will it be gone; if I put a thing in my basket tonight is it
  mine tomorrow; will it still be there in the morning if I put it in my basket; will you hold two things for me till
  saturday; can you put one aside until payday
limits, most units: is there a limit on how many I can buy; maximum quantity; can I order a hundred; most I can order;
  can I buy just one; how many may I order; is there a maximum; can I buy as many as I
  like; can I order only one; can I buy them all; what
  is the most I can order at once; how many of one thing can I buy in one go; can I buy the whole stock; could I take 3000 in
  one go; may I have 2000 at once
who can buy wholesale:
  how do I become a wholesale customer; open a wholesale account; apply for a trade account; do you sell wholesale; trade account; I own a shop and want to stock your products; can I become a
  stockist; reseller; buying for my business; are there trade prices; I run a restaurant; do you supply hotels; can my
  company open an account; bed and breakfast wanting supplies; corporate gifts; can I buy from you for my shop; do you
  supply other shops; do you sell to businesses; can cafes buy from you; how do I open a trade account; business account; I
  have a gift shop; do you do trade; we are a hotel; reselling your products; we run a tearoom and want a few hundred mugs;
  I have a cafe and would like to buy in bulk; do you give trade terms; we would like to stock your things in our shop; I am
  opening a guest house and need lots of plates; our school would like to buy three hundred; we are a charity buying for a
  fair; can businesses buy at trade; I am a wedding planner and need 150 of them; we need two hundred for an event; who do I
  talk to about a big order; buying a lot for my company; I organise parties and want many; we are a school and want to
  order many; we are a primary school and need four hundred things do we get a better price; our club needs a hundred
wholesale minimum order: what is the least I can order wholesale; what is the minimum order for trade; smallest wholesale order; minimum for resellers; what do we have
  to spend on the first go as a business; how big must a first trade order be; what is the least a cafe has to buy; is there a
  minimum for businesses
bulk discounts: discount for large orders; cheaper if I buy a lot; bulk price; volume discount; do I save by buying several;
  price for two hundred pieces; quantity discount; is it less each if I take a dozen boxes; buying loads for a wedding; do I
  get it cheaper if I order a hundred; is there a better price for more; do you give a discount for quantity; what if I buy
  fifty; price break; is it cheaper in bulk; would you reduce the price for a big order
paying by invoice, wholesale:
  can we pay 30 days after delivery; may our cafe pay later by bank transfer; how much can we owe on invoice; when is an invoice
  due; how many days do businesses have to pay; is there a limit for paying on invoice;
  can the first order go on invoice; can we pay on invoice;
  do wholesale customers pay by invoice; can my company pay later; credit terms; thirty days to pay; pay on account; purchase order; can
  my firm pay on invoice; can we pay after delivery as a business; do you give credit; payment terms for companies
samples:
  can I get free samples; how many samples can I have; what do samples cost; samples for my gift shop; are samples free of charge;
  can I get a sample; try before buying in bulk; swatches; send me a tester; a few to look at first; could we try a few
  before ordering more; do you send samples; can I see one before I buy lots; may we test some first
returning wholesale goods: can I return unsold stock; trade returns; sale or return; can a shop return what it did not sell;
  can trade customers return goods
delivery on pallets:
  do pallets go to france; can a pallet be delivered abroad;
  how heavy must an order be to come on a pallet; from what weight on is it a pallet; how long does a pallet take; do pallets go
  abroad; my order weighs 200 kg how is it sent; is a heavy order sent on a pallet;
  delivery of very large orders; pallet; heavy orders; freight
tiers, spend for silver, gold, platinum:
  how does your loyalty scheme work; explain the loyalty programme; how does the loyalty work; how do I become gold; what are the levels; how much must I spend for silver; how do I
  move up; how do I reach the next level; membership levels; what do I need for platinum; vip status; how do I get promoted to
  the top tier; do I drop down again; how can I get to gold; how do I get silver; what does it take to be platinum; when do I
  become a gold member; how far up can I go; how do I climb a level; requirements for platinum; how are the levels divided;
  how do I keep my status
how to join the loyalty: how does one become a member and is there a fee; how do I join the loyalty scheme; do you have a rewards programme; is there a membership; is the
  loyalty card free; sign up for rewards; do you reward regulars; what is in it for repeat customers; how can I become a
  member; how do I sign up for the club; is it free to be a member; do you have a club; do you have a loyalty card;
  do I need to join anything to get silver; what does joining cost; does joining cost anything; is membership free; do I have to sign up for something to be gold; is there anything to join; must I
  enrol somewhere for the tiers; do I have to apply to become silver; am I put in the scheme by myself
how the tier is counted: how is my spending counted; does delivery count towards my tier; when is my level updated; do returns
  lower my tier; why has my level not changed; why did I go down a level; does it reset every year; when do you recalculate;
  do returned goods count; is it the last year that counts; how do you work out my level; when does my level run out; is my
  status for life
what a tier gives:
  how much do I have to spend before the wrapping is free; when is gift wrapping free; does gold get money off; I am gold now do I
  get a bit off; does my tier give me a discount; do silver customers get anything; what are the benefits of being a member; what do gold customers get; perks of silver; advantages of
  platinum; is it worth being gold; what extras do members have; do regulars get anything special; what do I get as a gold
  member; what is gold good for; what does silver bring me; do members pay less; do gold customers get anything free; is there
  a benefit to being a member
points: do you have points; do I collect points; how many points do I have; do my points expire; what are my points worth; can
  I spend my points; nectar card; cashback; stamps; do you have a points system; can I pay with points; do points run out;
  where are my points; how do I earn points; do I get points for this; will my points be lost
where to see your tier: where can I see my level; check my status; how far am I from gold; how do I see my
  level; where is my tier shown; where can I find my status
bringing friends, code: refer a friend; do I get something for recommending you; invite a friend; referral code; bring a
  friend; share my code; my mate wants to join with my link; what do I get if a friend joins; how does the referral work; can
  my friend use my code; what happens when somebody uses my code; do I get anything for inviting people; tell a friend; my
  friend signed up with my code; recommend you to friends
what we keep about you:
  what do you store about me; what do you know about me; what data do you hold; what information do you collect; do you store my
  personal details; what do you save about me; privacy policy; gdpr; what do you have on file about me; which details of mine
  do you keep; do you save what I look at; what do you do with my data; how long do you keep my data; is my information stored
data passed on or sold for advertising:
  do you share my data with anyone; who do you share my data with; do you pass my details on; is my data sold on; do you share my details with other companies; third parties; will
  I get spam from others; pass on my address; do advertisers get my information; do you give my information to others; do you
  share data with advertisers; who else gets my details; is my information sold; do you pass my email on; is my address
  sold
having your data erased: delete my data; erase my account; close my account; remove my details; right to be forgotten; wipe
  everything about me; how do I get rid of my account; take me off your system; I want to be deleted; forget me; please remove
  everything you have on me; delete my profile; I want my account gone; erase me; how do I delete myself from your shop
getting a copy of your data:
  how long does it take to get my data; when do I get the file with my data; how many days until you send me my data;
  can I see what data you hold; show me the data you hold on me; download my data; copy of my data; subject access request; export my information; see everything
  you have on me; can I see the data you have on me; send me my data; I want a copy of everything; what is in my file
switching personalisation off: why do I see these recommendations; turn off recommendations; how do you choose what to show
  me; stop tracking me; opt out of personalisation; do you profile me; stop suggesting things; do you use an algorithm; do not
  use my purchases for suggestions; I do not want personal recommendations; stop analysing me; how do your recommendations
  work; switch off personal offers; I do not want to be profiled
letters from the shop, your choices: unsubscribe; stop sending me emails; too many emails; sign up to the newsletter; take me
  off the mailing list; how do I stop the letters; do you send marketing; no more adverts please; please stop emailing me; no
  more newsletters; how do I unsubscribe; I get too much mail from you; do you have a newsletter; how can I get your news;
  stop sending me stuff; remove me from the newsletter
cookies: do you use cookies; cookie policy; tracking cookies; what cookies do you set; are there cookies on this site; can I
  refuse cookies; do you use tracking; do you use google analytics
the assistant and its conversations:
  who can read what I write here; is what I type kept; how long do you keep this conversation; will anyone read my messages; can you see my basket; do you know what I ordered;
  are my chats kept; who reads this conversation; is this chat recorded; can you see my
  orders; does the bot remember me; do you keep what I write here; do you save our chat; will somebody see this conversation;
  can you see what I bought; how long are chats kept
leave the parcel with a neighbour, safe place, signature: can my parcel be left with a neighbour; can it be put in the shed; where
  does the courier leave it if I am out; does somebody have to sign for it; can you leave it on the porch; what if nobody is home
  when it comes; will it fit through the letterbox; what happens if I am not in
courier, carrier company that brings parcels: which courier do you use; who delivers for you; royal mail or dpd; what carrier
  brings it; which delivery company is it; do you ship with dhl; who brings the parcel; which firm delivers; do you use hermes
jobs, vacancies: do you hire; I would love a job in the warehouse; any jobs going; are you hiring; do you have any jobs;
  vacancies; can I work for you; careers; send my cv; work experience; apprenticeships; do you need staff; I am looking for
  work; can I apply for a job; do you take on students; are there any openings; do you employ people
wages of our people: what do you pay your employees; salary; how many people work there; how much do your workers earn; do you
  pay a living wage; how many employees do you have; what is the salary
about the company, its history: who owns the company; when was it founded; who is your ceo; how big is the company; company
  history; are you family run; turnover and profit; shares; who started this shop; who runs it; who is behind larger
  decisions; when did you start; are you a big company; who is the boss; what does the name mean; share price; who designs
  your products
press, sponsoring: press enquiries; influencer collaboration; can you sponsor our event; donate to our charity; affiliate
  programme; advertise with you; partnership; raffle prize; can you sponsor our club; would you donate a prize; do you support
  charities; can I write about you; advertising on your site; can we place an advert with you; do you work with bloggers;
  brand ambassador
environment, recyclable packaging, where it is made: is the packaging recyclable; are you eco friendly; carbon footprint;
  where are the products made; is it ethically made; fair trade; are your products vegan; plastic free; tested on animals;
  made in china; how green are you; do you use plastic; is it recycled; are you carbon neutral; how sustainable are you; what
  is the footprint; do you check your factories; child labour; working conditions; where do your goods come from; is the wood
  from sustainable forests
care, washing, dishwasher: is it dishwasher safe; can it go in the microwave; how do I wash it; cleaning instructions; oven
  proof; is it waterproof; how do I remove stains; can it be left outside; is it safe in the dishwasher; can I wash it in the
  machine; microwave safe; will it rust; how do I look after it; how do I polish it; does it fade in the sun
material, ingredients: what is it made of; is it real silver; does it contain nickel; is it lead free; allergens; ingredients;
  is it flammable; burn time; which metal is it; is it pure wool; does it have nuts in it; is the paint toxic; is it glass or
  plastic; what kind of wax is it
safe for children: is it safe for babies; choking hazard; age recommendation; is it safe for pets; ce marked; is it suitable
  for toddlers; from what age; can my dog have it; can a baby chew it; is it toxic
measurements: how big is it; measurements; how heavy is it; what are the dimensions; how much does it hold; will it fit; how
  tall is it; how wide is it; what size is it; how many litres; will it fit my window
batteries, assembly: does it need batteries; which bulb; does it come with a plug; how do I assemble it; instructions; how do
  I set the time; do batteries come with it; what bulb does it take; how do I put it together; where are the instructions
made to order, engraving: can you engrave a name; do you make to order; custom design; can you print our logo; personalise
  with initials; bespoke; do you engrave; can you put a name on it; can you make one in my colours; can I have it printed;
  could you make a special one
installation, hire, workshops: do you offer installation; do you assemble; do you repair; rent or hire; valuation; interior
  design advice; workshops; courses; events; do you put it up for me; can somebody fit it; can I hire it for a party; do you
  lend things; do you give classes; can you mend my clock; do you do repairs; sharpening; can I book a class
parking, toilet, wheelchair access: is there parking; toilets; wheelchair access; is there a cafe; are dogs allowed; can I
  bring the kids; can I park there; is there a loo; do you have a toilet; is it accessible; can I bring my dog; is there
  wheelchair access; changing room; do you serve coffee
second hand: do you buy used items; sell you my old things; trade in; second hand; antiques valuation; do you take old things;
  do you buy antiques; can I sell you my collection; do you buy used goods; part exchange
insurance, finance: is there insurance; can I insure my parcel; extended warranty; finance; credit card; loan; mortgage;
  interest rates; can I insure it; do you offer insurance; do you do finance; do you lend money; can I get it on credit with
  interest; which bank are you with; which bank do you use
franchise, suppliers: open a franchise; buy your business; investors; suppliers; sell my products in your shop; sell my crafts
  through you; can I open a shop under your name; who supplies you; do you take new designers; would you sell what I make; do
  you want to buy my products
instagram, facebook, app: are you on instagram; facebook page; tiktok; twitter; do you have an app; whatsapp; youtube;
  catalogue by post; paper catalogue; do you have instagram; where can I follow you; is there an app; can I get a catalogue
  sent; are you on facebook; do you have a blog
password, sign in: I forgot my password; cannot log in; reset password; change my email; two factor; my account is locked;
  username; I cannot sign in; I forgot my login; change my password; my account does not open; I get no reset mail
trouble with the website: the website is down; page not loading; the button does not work; app crashes; search is broken; your
  site does not work; I get an error; the picture does not load; the page is broken; it keeps crashing
"""
"""A line for each subject, gone on with where it is indented: what documents are asked for, a colon, and wordings."""

ELSEWHERE = """
what is on tv tonight; who is the king; how far is the moon; what year did it end; who wrote this book; how many legs does a
  spider have; population of a city
how do I get wax out of a carpet; how do I unblock a sink; how do I tie a tie; how to lose weight; how do I train a dog
can you recommend a plumber; book me a table; call me a taxi; order me a pizza; find me a hotel; what time does the train
  leave; how do I get to the airport
help me with my homework; write my cv; what is two plus two; translate hello; give me a recipe; tell me a story; sing
  something; what is your favourite colour
do I need vaccinations; is it safe to travel there; should I invest; what are the lottery numbers; what is my horoscope; can
  you do my taxes; can you help me sue
what is the weather; will it rain tomorrow; temperature; forecast
who won the match; latest news; election result; prime minister; football score; stock market; exchange rate
what is the capital of; how tall is; how old is; who invented; when was the war; meaning of a word; what is the
  distance; how many people live in; history of; square root; solve this equation
which painkiller should I take; my knee has been hurting for a week; what tablets help against a cold; how do I get rid of a cough;
  is it dangerous to mix these pills; my back is killing me what can I do; I cannot sleep which pills are good; what helps
  against heartburn; how much ibuprofen may I take; my child has a temperature; is this mole harmful; what is good for a sore
  throat; I twisted my ankle; my tooth is bleeding; my eye is swollen and red; should I go to the hospital
my dog has fleas what should I give him; my cat is being sick; why does my rabbit not eat; how do I house train a puppy; what do I
  feed a hedgehog; my hamster died
can my landlord keep my deposit; my boss fired me is that allowed; how do I write a will; do I have to pay this parking fine; how do
  I claim benefits; my ex does not pay for the children; can I get out of my phone contract; what are my rights at work
how do I save tax; should I put my savings into gold; which bank pays the best interest; how much pension will I get; is now a good
  time to buy a house; how do I get out of debt; which insurance is best; how do I file my tax return
what is a good film to watch tonight; which series do you recommend; who sang this song; what is the best video game; which book
  should I read; who plays in this movie; what is number one in the charts; tell me the plot of this film
which phone should I buy iphone or samsung; how do I return to windows 10; my laptop does not start; how do I install this program;
  how do I get faster internet; my computer has a virus; how do I make a spreadsheet; what is an api; why is my phone so slow;
  how do I recover deleted photos; how do I return a function value
how do I fix a leaking tap; how do I paint a wall; how do I change a tyre; how do I mend a puncture; how do I get rid of mould; how
  do I descale a kettle; how do I prune roses; when do I plant tomatoes; how do I hang a door; why does my car make a noise
how do I make pancakes; how long do I roast a chicken; what goes into a curry; how do I bake bread; what shall we eat tonight; which
  wine goes with lamb; how many calories has a banana; can I freeze cheese
where should I go on holiday; what is there to see in rome; is spain nice in may; how do I get to london; which airline is best; do I
  need a visa for japan; what is a good hotel in paris; where can I eat well in leeds; how long is the flight to new york
who will win the election; what do you think of the government; what is in the news; what happened in ukraine; who is the president;
  is there a strike today; what is your opinion on brexit; who is right in this war
explain photosynthesis; when did the romans come to britain; what is the longest river; how does a vaccine work; why is the sky
  blue; what is the capital of norway; how many people live in china; who painted the mona lisa; how far is the sun; what is
  the square root of two; can you help my son with his maths homework; solve this for me; what is the past tense of go
I feel lonely; my boyfriend left me; how do I tell her that I love her; should I get divorced; I had a fight with my mother; how do
  I make friends; how do I become confident; how do I get a promotion; how do I write a good application; what job suits me
is it going to rain tomorrow; how cold will it be; will there be snow at christmas; when does the sun set
train times; book a flight; hotel near me; bus to the station; directions to the airport; holiday destination;
  visa; passport; taxi; book a table; restaurant nearby
how do I cook; recipe for; how long to boil an egg; what shall I have for dinner; calories; roast; wine with fish
I have a headache; should I see a doctor; medicine; symptoms; vaccination; diet; pregnant
can you help with my taxes; tax return; legal advice; divorce; visa application; my landlord; sue
fix my computer; write code; python program; which phone should I buy; reset my phone; wifi; printer
write a poem; tell me a joke; write an essay; translate this; sing a song; write a letter; story about; homework
what is the best way to learn guitar; how do I learn spanish; how do I get fit; how can I sleep better; my cat
  is ill what shall I give her; my rabbit is sick; which stocks should I buy; how do I install windows; can you fix my laptop
do you like working here; are you happy; tell me something funny; I am bored; make me laugh; let us play a game; do you have friends
what is your name; how are you; do you love me; what is the meaning of life; are you married; where do you live;
  religion; politics
find a plumber; electrician; builder; gardener; hairdresser; dentist; babysitter
"""
"""Wordings of what is no shop's business, as `ASKED` without its first part."""

OURS = """
do you sell; do you have; have you got; got any; can I buy; I want to buy; I want one of those; I need a few; what do you have
for the garden; gifts for men; ideas for a birthday present; what is new; show me more; and in blue
how much is it; how much is the red one; what does this cost; price of the blue bag; how much are they each; what would six come to
do you sell furniture; do you sell plates; do you sell garden tools; do you sell machines; do you sell clothes; do you sell books
do you have any mugs; have you got candles; do you stock toys; show me lamps; I am looking for a clock
got anything under ten pounds; something cheaper; something similar; what else is there; what goes with it
what is this; tell me about it; which one is bigger; what colour is it; compare the two; is the second one better
add it to my cart; put two in my basket; take it out of my cart; empty my basket
is it in stock; is this available; how many are left; what can you do; a present for my sister
do you still have the thing; have you still got the thing; is the thing still for sale; is there one left; any things left
"""
"""Wordings of what the shop's data answer, not its documents."""

GOODS = re.compile(
    r"\b(?:(?:red|blue|green|pink|white|black|big|little|small|new|lovely|six|spotty|retro|vintage|christmas|alarm|night|hot water|lunch|cake|tea) )*"
    r"(?:mugs?|cups?|teapots?|plates?|bowls?|glass(?:es)?|jugs?|trays?|tins?|lanterns?|lamps?|lights?|candles?|holders?|clocks?|mirrors?|frames?|cushions?|blankets?|"
    r"throws?|doormats?|mats?|rugs?|towels?|aprons?|bags?|purses?|umbrellas?|bottles?|necklaces?|bracelets?|rings?|brooch(?:es)?|bunting|garlands?|decorations?|ornaments?|"
    r"baubles?|stockings?|wreaths?|toys?|dolls?|teddy|teddies|skittles|jigsaws?|puzzles?|blocks|games?|notebooks?|pencils?|pens?|stand|stands|cakestands?|cases|hooks?|"
    r"hangers?|shelf|shelves|cabinets?|chairs?|stools?|signs?|vases?|pots?|planters?|napkins|tablecloths?|coasters?|saucepans?|scales|moulds?|cutters?)\b"
)
"""Goods of a question that says what became of them, or what shall be done with them: any thing to those who hear."""


@cache
def wordings() -> tuple[tuple[str, str | None], ...]:
    """Each wording with the query of its subject, "" where that is no shop's business, None where documents have no part in it."""
    return (
        *_asked(ASKED),
        *_all_of(ELSEWHERE, ""),
        *_all_of(OURS, None),
        *((wording, None) for wording, _ in wordings_own()),
    )


@cache
def wordings_own() -> tuple[tuple[str, str], ...]:
    """Each wording of a question about what is the shopper's own, with its kind: an intent and what of it is asked."""
    return tuple(_asked(OWN))


@cache
def wordings_zh() -> tuple[tuple[str, str | None], ...]:
    """The same in Chinese."""
    return (*_asked(ASKED_ZH), *_all_of(ELSEWHERE_ZH, ""), *_all_of(OURS_ZH, None))


def _asked(table: str) -> Iterator[tuple[str, str]]:
    for line in _lines(table):
        query, _, asked = line.partition(":")
        yield from ((wording.strip(), query) for wording in asked.split(";"))


def _all_of(table: str, query: str | None) -> Iterator[tuple[str, str | None]]:
    return ((wording.strip(), query) for line in _lines(table) for wording in line.split(";"))


def _lines(table: str) -> list[str]:
    return re.sub(r"\n +", " ", table.strip()).splitlines()
